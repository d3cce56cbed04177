"""Times of making and changing, set by themselves for every model.

python examples/events_timestamps.py
"""

from __future__ import annotations

from datetime import UTC, datetime

from pytuck import Column, DeclarativeBase, Session, Storage, event

storage = Storage()


class Base(DeclarativeBase, storage=storage):
    """A listener of the base hears of all its models."""


class Stamped(Base):
    """Columns that all models of this example have."""

    __abstract__ = True
    created_at = Column(datetime)
    updated_at = Column(datetime)


class Page(Stamped):
    """Something with times."""

    __tablename__ = "pages"
    id = Column(int, primary_key=True)
    title = Column(str, nullable=False)


@event.listens_for(Stamped, "before_insert")
def set_both(instance: Stamped) -> None:
    """A new object is made and changed at the same time."""
    instance.created_at = instance.updated_at = datetime.now(UTC)


@event.listens_for(Stamped, "before_update")
def set_changed(instance: Stamped) -> None:
    """What a listener changes of its object is written with the other changes."""
    instance.updated_at = datetime.now(UTC)


def main() -> None:
    """Make a page, change it, and print its times."""
    with Session(storage) as session:
        page = Page(title="first")
        session.add(page)
        session.commit()
        print("made:   ", page.created_at == page.updated_at)
        page.title = "second"
        session.commit()
        print("changed:", page.created_at < page.updated_at)


if __name__ == "__main__":
    main()
