"""An audit log: who changed which attribute, written by the same commit as the change.

python examples/events_audit_log.py
"""

from __future__ import annotations

from datetime import UTC, datetime

from pytuck import Column, DeclarativeBase, Session, Storage, event

storage = Storage()


class Base(DeclarativeBase, storage=storage):
    """The models of this example."""


class Account(Base):
    """What is watched."""

    __tablename__ = "accounts"
    id = Column(int, primary_key=True)
    owner = Column(str, nullable=False)
    balance = Column(float, default=0.0)


class Entry(Base):
    """One line of the log."""

    __tablename__ = "audit_log"
    id = Column(int, primary_key=True)
    at = Column(datetime, default=lambda: datetime.now(UTC))
    what = Column(str, nullable=False)
    values = Column(dict)


def write_down(what: str) -> None:
    """Log one kind of change of every account; the entry is flushed by the same commit."""

    @event.listens_for(Account, f"after_{what}")
    def log(account: Account, session: Session) -> None:
        session.add(Entry(what=f"{what} {account!r}", values=account.to_dict()))


def main() -> None:
    """Change an account in each way and print the log."""
    for what in ("insert", "update", "delete"):
        write_down(what)
    with Session(storage) as session:
        account = Account(owner="Ada", balance=10.0)
        session.add(account)
        session.commit()
        account.balance = 25.0
        session.commit()
        session.delete(account)
        session.commit()
        account = Account(owner="Bo")
        session.add(account)
        session.flush()
        session.rollback()  # what did not happen is not logged
        for entry in session.query(Entry).order_by("id"):
            print(f"{entry.what:<24} {entry.values}")


if __name__ == "__main__":
    main()
