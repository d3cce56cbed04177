"""A blog: models with relationships, statements, a file that is opened again."""

from datetime import datetime
from pathlib import Path

from pytuck import (
    Column,
    PureBaseModel,
    Relationship,
    Session,
    Storage,
    and_,
    declarative_base,
    delete,
    insert,
    not_,
    or_,
    prefetch,
    select,
    update,
)


def declare(db: Storage) -> tuple:
    Base: type[PureBaseModel] = declarative_base(db)

    class Author(Base):
        __tablename__ = "authors"
        __table_comment__ = "people who write"

        id = Column(int, primary_key=True)
        name = Column(str, nullable=False, index=True)
        joined = Column(datetime, default_factory=lambda: datetime(2024, 5, 1))
        posts = Relationship("posts", foreign_key="author_id", back_populates="author")

    class Post(Base):
        __tablename__ = "posts"

        id = Column(int, primary_key=True)
        title = Column(str, nullable=False)
        views = Column(int, default=0, index="sorted")
        tags = Column(list, default_factory=list)
        author_id = Column(int, foreign_key=("authors", "id"))
        author = Relationship(Author, foreign_key="author_id", back_populates="posts")

    return Author, Post


path = Path("blog.pytuck")
db = Storage(file_path=path)
Author, Post = declare(db)
session = Session(db)

ada, bo = Author(name="Ada"), Author(name="Bo")
session.add_all([ada, bo])
session.commit()
print(ada.id, bo.id, ada)
for number in range(1, 6):
    session.add(
        Post(title=f"Post {number}", views=number * 10, author_id=1 + number % 2, tags=["a", "b"])
    )
session.commit()
result = session.execute(insert(Post).values(title="By statement", author_id=2))
print(result.rowcount(), result.inserted_primary_key)
session.commit()

popular = session.execute(select(Post).where(Post.views >= 30).order_by("views", desc=True)).all()
print([(post.title, post.views) for post in popular])
print(session.execute(select(Post).filter_by(title="Post 2")).one().tags)
print(session.execute(select(Post).where(Post.title == "nothing")).one_or_none())
both = select(Post).where(or_(Post.views == 10, and_(Post.views > 30, Post.author_id == 1)))
print(sorted(post.id for post in session.execute(both).all()))
print(sorted(p.id for p in session.execute(select(Post).where(not_(Post.views > 10))).all()))
print(sorted(p.id for p in session.execute(select(Post).where(Post.views.in_([10, 50]))).all()))
print([p.id for p in session.execute(select(Post).order_by("id").limit(2).offset(1)).all()])
for condition in (
    Post.title.startswith("Post"),
    Post.title.endswith("4"),
    Post.title.contains("state"),
):
    print(sorted(p.id for p in session.execute(select(Post).where(condition)).all()))

authors = session.execute(select(Author).order_by("id").options(prefetch("posts"))).all()
for author in authors:
    print(author.name, sorted(post.title for post in author.posts))
posts = session.execute(select(Post).order_by("id")).all()
prefetch(posts, "author")
print([post.author.name for post in posts])

first = session.get(Post, 1)
first.title = "Changed"
session.commit()
print(session.execute(update(Post).where(Post.views == 50).values(views=55)).rowcount())
print(session.execute(delete(Post).where(Post.views == 20)).rowcount())
session.commit()
session.delete(session.get(Post, 3))
session.commit()
print(session.get(Post, 3), session.get(Post, 99))
print(ada.to_dict(), ada.to_json())
print(first.to_dict(exclude=["tags"]), first.to_dict(include=["id", "title"]))
session.close()
db.flush()
db.close()

again = Storage(path)
Author, Post = declare(again)
with Session(again) as session:
    rows = session.execute(select(Post).order_by("id")).all()
    print([(post.id, post.title, post.views, post.tags) for post in rows])
    print(session.query(Author).filter(Author.name == "Bo").first().joined)
    print(session.query(Post).filter_by(author_id=2).count())
print(again.get_table("authors").comment, list(again.tables))
print(again.tables["posts"].primary_key, list(again.tables["posts"].columns))
again.close()
