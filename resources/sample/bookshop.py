"""Makes the sample: a small bookshop, the same every time, with every kind of value.

python resources/sample/bookshop.py PATH
"""

from __future__ import annotations

import os
import random
import shutil
import struct
import sys
import tempfile
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from pytuck import Column, PureBaseModel, Session, Storage, declarative_base
from pytuck.types import DecimalType

M = TypeVar("M", bound=PureBaseModel)
PRICE = DecimalType(8, 2)
OPENING = date(2023, 3, 1)
DAYS_OPEN = 960
CUSTOMERS, ORDERS, REVIEWS = 320, 1500, 640


class Status(Enum):
    """How far an order is."""

    PLACED = "placed"
    PAID = "paid"
    SENT = "sent"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


# --- The tables ---------------------------------------------------------------------------


class Author(PureBaseModel):
    """Who wrote a book."""

    __abstract__ = True
    __tablename__ = "authors"
    __table_comment__ = "Who wrote the books"
    id = Column(int, primary_key=True)
    name = Column(str, nullable=False, index=True)
    native_name = Column(str, comment="The name in the author's own script")
    country = Column(str, nullable=False)
    born = Column(int, comment="Year, unknown for some")
    died = Column(int)


class Book(PureBaseModel):
    """A title that the shop sells."""

    __abstract__ = True
    __tablename__ = "books"
    __table_comment__ = "Every title the shop sells or has sold"
    id = Column(int, primary_key=True)
    title = Column(str, nullable=False, index=True)
    author_id = Column(int, nullable=False, index=True, foreign_key=("authors", "id"))
    isbn = Column(str, nullable=False, unique=True, comment="ISBN-13")
    language = Column(str, nullable=False)
    first_published = Column(int)
    price = Column(PRICE, nullable=False, comment="In yuan")
    stock = Column(int, nullable=False, default=0)
    is_in_print = Column(bool, nullable=False, default=True)
    added_on = Column(date, nullable=False)
    reading_time = Column(timedelta, comment="Estimated")
    tags = Column(list)
    details = Column(dict, comment="Pages, binding, series")
    cover = Column(bytes, comment="PNG image")


class Customer(PureBaseModel):
    """Who buys."""

    __abstract__ = True
    __tablename__ = "customers"
    __table_comment__ = "People with an account"
    id = Column(int, primary_key=True)
    account = Column(UUID, nullable=False, unique=True, comment="Number on the customer's card")
    name = Column(str, nullable=False)
    email = Column(str, unique=True)
    city = Column(str)
    birthday = Column(date)
    registered_at = Column(datetime, nullable=False)
    wants_newsletter = Column(bool, comment="NULL: never asked")
    discount = Column(float, nullable=False, default=0.0)
    interests = Column(list)


class Order(PureBaseModel):
    """A purchase."""

    __abstract__ = True
    __tablename__ = "orders"
    __table_comment__ = "Purchases"
    id = Column(int, primary_key=True)
    customer_id = Column(int, nullable=False, index=True, foreign_key=("customers", "id"))
    placed_at = Column(datetime, nullable=False, index=True)
    status = Column(Status, nullable=False)
    sent_on = Column(date)
    pickup_at = Column(time, comment="Only if fetched in the shop")
    is_gift = Column(bool, nullable=False, default=False)
    note = Column(str)


class OrderLine(PureBaseModel):
    """One title of a purchase."""

    __abstract__ = True
    __tablename__ = "order_lines"
    __table_comment__ = "What was bought, one line for each title"
    order_id = Column(int, primary_key=True, foreign_key=("orders", "id"))
    line = Column(int, primary_key=True)
    book_id = Column(int, nullable=False, index=True, foreign_key=("books", "id"))
    quantity = Column(int, nullable=False, default=1)
    unit_price = Column(PRICE, nullable=False, comment="In yuan, on the day of purchase")


class Review(PureBaseModel):
    """What a customer thinks of a book."""

    __abstract__ = True
    __tablename__ = "reviews"
    __table_comment__ = "What customers say"
    id = Column(int, primary_key=True)
    book_id = Column(int, nullable=False, index=True, foreign_key=("books", "id"))
    customer_id = Column(int, foreign_key=("customers", "id"), comment="NULL: anonymous")
    stars = Column(int, nullable=False, comment="1 to 5")
    text = Column(str)
    written_at = Column(datetime, nullable=False)
    helpful_votes = Column(int, nullable=False, default=0)


# --- What stands in them ------------------------------------------------------------------

# Name, native name, country, born, died, language, titles with the year of publication.
# fmt: off
AUTHORS: list[tuple[str, str | None, str, int | None, int | None, str, list[tuple[str, int]]]] = [
    ("Cao Xueqin", "曹雪芹", "中国", 1715, 1763, "zh", [("红楼梦", 1791)]),
    ("Wu Cheng'en", "吴承恩", "中国", 1506, 1582, "zh", [("西游记", 1592)]),
    ("Luo Guanzhong", "罗贯中", "中国", None, None, "zh", [("三国演义", 1522), ("平妖传", 1620)]),
    ("Shi Nai'an", "施耐庵", "中国", None, None, "zh", [("水浒传", 1524)]),
    ("Pu Songling", "蒲松龄", "中国", 1640, 1715, "zh", [("聊斋志异", 1766)]),
    ("Wu Jingzi", "吴敬梓", "中国", 1701, 1754, "zh", [("儒林外史", 1750)]),
    ("Lu Xun", "鲁迅", "中国", 1881, 1936, "zh",
     [("呐喊", 1923), ("彷徨", 1926), ("朝花夕拾", 1928), ("故事新编", 1936), ("野草", 1927)]),
    ("Lao She", "老舍", "中国", 1899, 1966, "zh",
     [("骆驼祥子", 1937), ("茶馆", 1957), ("四世同堂", 1944), ("猫城记", 1932)]),
    ("Xiao Hong", "萧红", "中国", 1911, 1942, "zh", [("呼兰河传", 1940), ("生死场", 1935)]),
    ("Xu Zhimo", "徐志摩", "中国", 1897, 1931, "zh", [("志摩的诗", 1925), ("猛虎集", 1931)]),
    ("Zhu Ziqing", "朱自清", "中国", 1898, 1948, "zh", [("背影", 1928), ("欧游杂记", 1934)]),
    ("Jane Austen", None, "United Kingdom", 1775, 1817, "en",
     [("Sense and Sensibility", 1811), ("Pride and Prejudice", 1813), ("Emma", 1815),
      ("Persuasion", 1817)]),
    ("Mary Shelley", None, "United Kingdom", 1797, 1851, "en",
     [("Frankenstein", 1818), ("The Last Man", 1826)]),
    ("Charles Dickens", None, "United Kingdom", 1812, 1870, "en",
     [("Oliver Twist", 1838), ("A Christmas Carol", 1843), ("Bleak House", 1853),
      ("Great Expectations", 1861)]),
    ("George Eliot", None, "United Kingdom", 1819, 1880, "en",
     [("Silas Marner", 1861), ("Middlemarch", 1871)]),
    ("Lewis Carroll", None, "United Kingdom", 1832, 1898, "en",
     [("Alice's Adventures in Wonderland", 1865), ("Through the Looking-Glass", 1871)]),
    ("H. G. Wells", None, "United Kingdom", 1866, 1946, "en",
     [("The Time Machine", 1895), ("The Invisible Man", 1897), ("The War of the Worlds", 1898)]),
    ("Virginia Woolf", None, "United Kingdom", 1882, 1941, "en",
     [("Mrs Dalloway", 1925), ("To the Lighthouse", 1927), ("Orlando", 1928)]),
    ("Herman Melville", None, "United States", 1819, 1891, "en",
     [("Moby-Dick; or, The Whale", 1851), ("Bartleby, the Scrivener", 1853)]),
    ("Mark Twain", None, "United States", 1835, 1910, "en",
     [("The Adventures of Tom Sawyer", 1876), ("The Prince and the Pauper", 1881)]),
    ("Louisa May Alcott", None, "United States", 1832, 1888, "en",
     [("Little Women", 1868)]),
    ("Victor Hugo", None, "France", 1802, 1885, "fr",
     [("Notre-Dame de Paris", 1831), ("Les Misérables", 1862)]),
    ("Jules Verne", None, "France", 1828, 1905, "fr",
     [("Voyage au centre de la Terre", 1864), ("Vingt mille lieues sous les mers", 1870)]),
    ("Leo Tolstoy", "Лев Толстой", "Россия", 1828, 1910, "ru",
     [("Война и мир", 1869), ("Анна Каренина", 1878)]),
    ("Anton Chekhov", "Антон Чехов", "Россия", 1860, 1904, "ru", [("Вишнёвый сад", 1904)]),
    ("Natsume Sōseki", "夏目漱石", "日本", 1867, 1916, "ja",
     [("吾輩は猫である", 1905), ("坊っちゃん", 1906), ("こころ", 1914)]),
]
# fmt: on
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "思远", "雨桐", "子涵",
         "欣怡", "浩然", "梓轩", "婉清", "明哲", "晓东"]  # fmt: skip
ENGLISH_GIVEN = ["Alice", "Ben", "Chloe", "Daniel", "Emma", "Felix", "Grace", "Hugo", "Isla",
                 "Jack", "Laura", "Marco", "Nora", "Oscar", "Paula", "Quinn"]  # fmt: skip
ENGLISH_FAMILY = ["Brown", "Clarke", "Dubois", "Evans", "Fischer", "García", "Hughes", "Ivanova",
                  "Jones", "Kelly", "Lewis", "Müller", "Novák", "O'Brien", "Smith"]  # fmt: skip
CITIES = ["北京", "上海", "广州", "深圳", "成都", "杭州", "南京", "西安", "London", "Paris",
          "Berlin", "Dublin"]  # fmt: skip
TAGS = ["classic", "novel", "poetry", "short stories", "school", "经典", "小说", "诗歌", "礼物",
        "bestseller"]  # fmt: skip
NOTES = ["请用礼品纸包装", "Leave at the door, please.", "生日快乐!", "Call before delivery.",
         "周末送货", "For the reading group;\ntwo copies if you have them."]  # fmt: skip
PRAISE = ["非常好看,一口气读完。", "Could not put it down.", "译文流畅,值得推荐。",
          "A wonderful edition.", "经典就是经典!", "My children loved it 😊"]  # fmt: skip
BLAME = ["纸张太薄,有点失望。", "Arrived with a bent corner.", "字太小了。",
         "Slow start, and I gave up half way."]  # fmt: skip


def cover_image(rng: random.Random, width: int = 48, height: int = 64) -> bytes:
    """Return a PNG of a plain book cover: a coloured board with a lighter title plate.

    Source: PNG specification (third edition), sections 5 and 11.
    """
    board = tuple(rng.randrange(30, 170) for _ in range(3))
    plate = tuple(min(255, part + 80) for part in board)
    lines = bytearray()
    for y in range(height):
        lines.append(0)  # every line of an image starts with the number of its filter: none
        for x in range(width):
            is_plate = 12 <= y < 28 and 8 <= x < width - 6
            lines += bytes(plate if is_plate else (part // 2 for part in board) if x < 4 else board)

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    image = chunk(b"IDAT", zlib.compress(bytes(lines), 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + image + chunk(b"IEND", b"")


class Bookshop:
    """Fills the tables of one storage.

    Args:
        storage: An empty storage.
        seed: Of the random numbers; the same seed gives the same rows.
    """

    def __init__(self, storage: Storage, seed: int = 1719) -> None:
        self._base = declarative_base(storage)
        self._session = Session(storage)
        self._rng = random.Random(seed)

    def fill(self) -> None:
        """Make all tables and rows and commit them at once."""
        self._add_books()
        self._add_customers()
        self._add_orders()
        self._add_reviews()
        self._session.commit()

    def _bound(self, declared: type[M]) -> type[M]:
        return type(declared.__name__, (declared, self._base), {})

    def _moment(self, earliest: date = OPENING) -> datetime:
        day = self._rng.randrange((earliest - OPENING).days, DAYS_OPEN)
        second = self._rng.randrange(9 * 3600, 21 * 3600)
        return datetime.combine(OPENING, time()) + timedelta(days=day, seconds=second)

    def _add_books(self) -> None:
        author_class, book_class, rng = self._bound(Author), self._bound(Book), self._rng
        self._books: list[Book] = []
        for number, (name, native, country, born, died, language, titles) in enumerate(AUTHORS, 1):
            author = author_class(
                id=number, name=name, native_name=native, country=country, born=born, died=died
            )
            self._session.add(author)
            for title, year in titles:
                book = book_class(
                    id=len(self._books) + 1,
                    title=title,
                    author_id=number,
                    isbn=_isbn(len(self._books)),
                    language=language,
                    first_published=year if rng.random() < 0.95 else None,
                    price=Decimal(rng.randrange(190, 1290)) / 10 - Decimal("0.05"),
                    stock=max(0, round(rng.gauss(14, 12))),
                    is_in_print=rng.random() < 0.9,
                    added_on=OPENING + timedelta(days=rng.randrange(200)),
                    reading_time=timedelta(minutes=rng.randrange(90, 2400)),
                    tags=sorted(rng.sample(TAGS, rng.randrange(4))) or None,
                    details={
                        "pages": rng.randrange(96, 1200),
                        "binding": rng.choice(["paperback", "hardcover", "精装"]),
                        "series": rng.choice([None, {"name": "世界文学", "volume": number}]),
                    },
                    cover=cover_image(rng) if rng.random() < 0.9 else None,
                )
                self._books.append(book)
        self._session.add_all(self._books)

    def _add_customers(self) -> None:
        customer_class, rng = self._bound(Customer), self._rng
        self._customers: list[Customer] = []
        for number in range(1, CUSTOMERS + 1):
            if rng.random() < 0.6:
                name = rng.choice(FAMILY) + rng.choice(GIVEN)
            else:
                name = f"{rng.choice(ENGLISH_GIVEN)} {rng.choice(ENGLISH_FAMILY)}"
            has_birthday = rng.random() < 0.7
            customer = customer_class(
                id=number,
                account=UUID(int=rng.getrandbits(128), version=4),
                name=name,
                email=f"reader{number:03}@example.com" if rng.random() < 0.9 else None,
                city=rng.choice(CITIES) if rng.random() < 0.93 else None,
                birthday=date(1945, 1, 1) + timedelta(days=rng.randrange(23_000))
                if has_birthday
                else None,
                registered_at=self._moment(),
                wants_newsletter=rng.choice([True, False, None]),
                discount=rng.choice([0.0, 0.0, 0.0, 0.05, 0.1]),
                interests=rng.sample(TAGS, rng.randrange(1, 4)),
            )
            self._customers.append(customer)
        self._session.add_all(self._customers)

    def _add_orders(self) -> None:
        order_class, line_class, rng = self._bound(Order), self._bound(OrderLine), self._rng
        moments = sorted(self._moment() for _ in range(ORDERS))
        for number, moment in enumerate(moments, 1):
            status = rng.choices(list(Status), weights=[3, 4, 6, 80, 7])[0]
            is_sent = status in {Status.SENT, Status.DELIVERED}
            order = order_class(
                id=number,
                customer_id=rng.randrange(1, CUSTOMERS + 1),
                placed_at=moment,
                status=status,
                sent_on=moment.date() + timedelta(days=rng.randrange(1, 6)) if is_sent else None,
                pickup_at=time(rng.randrange(9, 20), rng.choice([0, 30]))
                if rng.random() < 0.2
                else None,
                is_gift=rng.random() < 0.12,
                note=rng.choice(NOTES) if rng.random() < 0.15 else None,
            )
            self._session.add(order)
            count = rng.choices([1, 2, 3, 4, 5], weights=[40, 28, 18, 9, 5])[0]
            for line, book in enumerate(rng.sample(self._books, count), 1):
                self._session.add(
                    line_class(
                        order_id=number,
                        line=line,
                        book_id=book.id,
                        quantity=rng.choices([1, 2, 5, 30], weights=[88, 9, 2, 1])[0],
                        unit_price=book.price,
                    )
                )

    def _add_reviews(self) -> None:
        review_class, rng = self._bound(Review), self._rng
        for number in range(1, REVIEWS + 1):
            stars = rng.choices([1, 2, 3, 4, 5], weights=[4, 6, 15, 35, 40])[0]
            review = review_class(
                id=number,
                book_id=rng.choice(self._books).id,
                customer_id=rng.randrange(1, CUSTOMERS + 1) if rng.random() < 0.95 else None,
                stars=stars,
                text=rng.choice(PRAISE if stars > 3 else BLAME) if rng.random() < 0.8 else None,
                written_at=self._moment(),
                helpful_votes=int(rng.expovariate(0.3)),
            )
            self._session.add(review)


def _isbn(number: int) -> str:
    """Return an ISBN-13 with its check digit. Source: ISBN Users' Manual, appendix 1."""
    digits = f"9787{number * 7919 + 10_000_000:08}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def create(path: Path) -> None:
    """Make the sample file, whole or not at all.

    Raises:
        FileExistsError: Something stands at `path`; it is left as it is.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists already; it is left as it is.")
    path.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".bookshop-", dir=path.parent))
    try:
        unfinished = workshop / "bookshop.pytuck"
        with Storage(unfinished) as storage:
            Bookshop(storage).fill()
        _move_without_overwriting(unfinished, path)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _move_without_overwriting(source: Path, target: Path) -> None:
    """Give a finished file its name, unless another process took the name meanwhile."""
    if sys.platform == "win32":
        source.rename(target)  # fails there if the target exists
        return
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(f"{target} exists already; it is left as it is.") from None
        source.rename(target)


def main(arguments: list[str]) -> int:
    """Make the sample at the path given and return the exit status."""
    if len(arguments) != 1:
        print("Usage: python resources/sample/bookshop.py PATH", file=sys.stderr)
        return 2
    try:
        create(Path(arguments[0]))
    except OSError as err:
        print(err, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
