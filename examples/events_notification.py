"""Messages to another system, sent only for what was really committed.

python examples/events_notification.py
"""

from __future__ import annotations

from queue import Queue

from pytuck import Column, DeclarativeBase, Session, Storage, event

storage = Storage()
outbox: Queue[str] = Queue()
"""Whoever sends the messages takes them from here, in a thread of its own."""


class Base(DeclarativeBase, storage=storage):
    """The models of this example."""


class Ticket(Base):
    """What others want to hear about."""

    __tablename__ = "tickets"
    id = Column(int, primary_key=True)
    title = Column(str, nullable=False)
    is_open = Column(bool, default=True)


@event.listens_for(Ticket, "after_insert")
def announce(ticket: Ticket, session: Session) -> None:
    """Prepare the message of a new ticket; it is only sent by the commit."""
    session.info.setdefault("messages", []).append(f"new: {ticket.title}")


@event.listens_for(Ticket, "after_update")
def report(ticket: Ticket, session: Session) -> None:
    """Prepare the message of a changed ticket."""
    state = "open" if ticket.is_open else "closed"
    session.info.setdefault("messages", []).append(f"{state}: {ticket.title}")


@event.listens_for(Session, "after_commit")
def send(session: Session) -> None:
    """Hand the messages over."""
    for message in session.info.pop("messages", []):
        outbox.put(message)


@event.listens_for(Session, "after_rollback")
def drop(session: Session) -> None:
    """Forget messages about what did not happen."""
    session.info.pop("messages", None)


def main() -> None:
    """Open and close tickets and print what was sent."""
    with Session(storage) as session:
        ticket = Ticket(title="The lamp is out")
        session.add(ticket)
        session.commit()
        ticket.is_open = False
        session.commit()
        session.add(Ticket(title="Never mind"))
        session.flush()
        session.rollback()
    while not outbox.empty():
        print(outbox.get())


if __name__ == "__main__":
    main()
