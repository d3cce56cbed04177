"""Rules that concern several attributes or rows, checked before anything is written.

python examples/events_validation.py
"""

from __future__ import annotations

from datetime import date

from pytuck import Column, DeclarativeBase, Session, Storage, ValidationError, event

storage = Storage()


class Base(DeclarativeBase, storage=storage):
    """The models of this example."""


class Booking(Base):
    """A room for some days; one value at a time is checked by the columns themselves."""

    __tablename__ = "bookings"
    id = Column(int, primary_key=True)
    room = Column(int, nullable=False, validator=lambda number: 1 <= number <= 99)
    first = Column(date, nullable=False)
    last = Column(date, nullable=False)


@event.listens_for(Booking, "before_insert")
@event.listens_for(Booking, "before_update")
def refuse_overlap(booking: Booking, session: Session) -> None:
    """Two bookings of a room must not share a day."""
    if booking.last < booking.first:
        raise ValidationError(f"A booking cannot end on {booking.last}, before it begins.")
    others = session.query(Booking).filter(
        Booking.room == booking.room,
        Booking.first <= booking.last,
        Booking.last >= booking.first,
        Booking.id != (booking.id or 0),
    )
    taken = others.first()
    if taken is not None:
        raise ValidationError(f"Room {booking.room} is taken from {taken.first} to {taken.last}.")


def main() -> None:
    """Book rooms, some of them wrongly."""
    wishes = [
        (7, date(2026, 5, 1), date(2026, 5, 4)),
        (7, date(2026, 5, 3), date(2026, 5, 6)),
        (8, date(2026, 5, 3), date(2026, 5, 1)),
        (500, date(2026, 5, 3), date(2026, 5, 6)),
    ]
    with Session(storage) as session:
        for room, first, last in wishes:
            try:
                session.add(Booking(room=room, first=first, last=last))
                session.commit()
                print(f"room {room} is booked")
            except ValidationError as err:
                session.rollback()
                print(f"refused: {err}")
        print("bookings:", session.query(Booking).count())


if __name__ == "__main__":
    main()
