"""A cache that forgets what was changed, once the change is durable.

python examples/events_cache.py
"""

from __future__ import annotations

from pytuck import Column, DeclarativeBase, Session, Storage, event

storage = Storage()


class Base(DeclarativeBase, storage=storage):
    """The models of this example."""


class Product(Base):
    """What is cached, by its key."""

    __tablename__ = "products"
    id = Column(int, primary_key=True)
    price = Column(float, nullable=False)


class PriceCache:
    """Prices by product, read once."""

    def __init__(self) -> None:
        self._prices: dict[int, float] = {}
        self._changed: set[int] = set()
        event.listen(Product, "after_update", self.note)
        event.listen(Product, "after_delete", self.note)
        event.listen(Session, "after_commit", self.forget_changed)
        event.listen(Session, "after_rollback", self.keep_all)

    def price(self, key: int) -> float | None:
        """Return a product's price."""
        if key not in self._prices:
            print(f"  reads product {key}")
            with Session(storage) as session:
                product = session.get(Product, key)
                if product is None:
                    return None
                self._prices[key] = product.price
        return self._prices[key]

    def note(self, product: Product) -> None:
        """Remember that a product was changed, though not yet for good."""
        self._changed.add(product.id)

    def forget_changed(self, session: Session) -> None:
        """Forget the products that were changed."""
        for key in self._changed:
            self._prices.pop(key, None)
        self._changed.clear()

    def keep_all(self, session: Session) -> None:
        """Nothing was changed after all."""
        self._changed.clear()


def main() -> None:
    """Look at a price before and after changes."""
    cache = PriceCache()
    with Session(storage) as session:
        product = Product(price=5.0)
        session.add(product)
        session.commit()
        print(cache.price(1), cache.price(1))
        product.price = 6.0
        session.flush()
        session.rollback()
        print(cache.price(1))
        product.price = 7.0
        session.commit()
        print(cache.price(1))


if __name__ == "__main__":
    main()
