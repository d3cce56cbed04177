"""Models that refer to themselves and to each other, and graphs with cycles."""

from __future__ import annotations

import pytest

from pytuck import Column, Relationship, SchemaError, Session, Storage, declarative_base, select


@pytest.fixture
def node(storage):
    class Node(declarative_base(storage)):
        __tablename__ = "nodes"
        id = Column(int, primary_key=True)
        name = Column(str)
        parent_id = Column(int, foreign_key="nodes.id")
        parent = Relationship("Node", back_populates="children", uselist=False)
        children = Relationship("Node", back_populates="parent", uselist=True)

    return Node


def _tree(node, depth, name="n"):
    children = [_tree(node, depth - 1, f"{name}{place}") for place in range(2)] if depth else []
    return node(name=name, children=children)


def test_a_tree_is_saved_and_read_level_by_level(storage, node, log):
    with Session(storage) as session:
        session.add(root := _tree(node, 3))
        session.commit()
        assert root.children[1].parent_id == root.id
    with Session(storage) as session, log.count() as run:
        level = session.execute(select(node).where(node.parent_id.is_null())).all()
        names = []
        while level:
            names.append([item.name for item in level])
            level = [child for item in level for child in item.children]
    assert [len(level) for level in names] == [1, 2, 4, 8]
    assert len(run) == 5


def test_children_may_be_added_before_their_parents(storage, node):
    with Session(storage) as session:
        parent = node(name="parent", id=9)
        child = node(name="child", id=2, parent=parent)
        session.add(child)
        session.commit()
        assert child.parent_id == 9
        parent.name = "renamed"
        session.commit()


def test_a_whole_tree_is_deleted_with_its_root(storage):
    class Folder(declarative_base(storage)):
        __tablename__ = "folders"
        id = Column(int, primary_key=True)
        parent_id = Column(int, foreign_key="folders.id")
        parent = Relationship("Folder", back_populates="folders", uselist=False)
        folders = Relationship(
            "Folder", back_populates="parent", uselist=True, cascade="all, delete-orphan"
        )

    with Session(storage) as session:
        root = Folder(folders=[Folder(folders=[Folder(), Folder()]), Folder()])
        session.add_all([root, other := Folder()])
        session.commit()
    with Session(storage) as session:
        session.delete(session.get(Folder, root.id))
        session.commit()
        assert session.scalars(select(Folder.id)) == [other.id]


def test_two_models_that_refer_to_each_other(storage):
    base = declarative_base(storage)

    class Team(base):
        __tablename__ = "teams"
        id = Column(int, primary_key=True)
        captain_id = Column(int, foreign_key=("players", "id"))
        captain = Relationship("Player", "captain_id")
        players = Relationship("Player", "team_id", back_populates="team")

    class Player(base):
        __tablename__ = "players"
        id = Column(int, primary_key=True)
        team_id = Column(int, nullable=False, foreign_key=("teams", "id"))
        team = Relationship(Team, "team_id", back_populates="players")

    with Session(storage) as session:
        team = Team(players=[Player(), Player()])
        team.captain = team.players[1]
        session.add(team)
        session.commit()
        assert team.captain_id == team.players[1].id
    with Session(storage) as session:
        captain = session.scalar(select(Team.captain_id))
        assert session.get(Player, captain).team.captain.id == captain


def test_to_dict_follows_relationships_to_a_depth_and_stops_at_cycles(session, shop):
    user = shop.User(name="Ada", orders=[shop.Order(title="x", lines=[shop.Line(number=1)])])
    session.add(user)
    session.commit()
    assert user.to_dict() == {"id": user.id, "name": "Ada"}
    order = user.orders[0]
    flat = {"id": order.id, "user_id": user.id, "title": "x"}
    assert user.to_dict(depth=1) == {
        "id": user.id, "name": "Ada", "orders": [flat], "profile": None
    }  # fmt: skip
    deep = user.to_dict(depth=3)
    assert deep["orders"][0]["user"] == {"id": user.id}
    line = {"order_id": order.id, "number": 1, "product_id": None}
    assert deep["orders"][0]["lines"] == [{**line, "order": {"id": order.id}, "product": None}]
    assert user.to_dict(depth=1, include=["name", "orders"]) == {"name": "Ada", "orders": [flat]}
    assert user.to_dict(depth=1, exclude=["orders"])["profile"] is None
    assert '"title": "x"' in user.to_json(depth=1)


def test_a_relationship_into_another_storage(storage, shop, session, tmp_path):
    with Storage(tmp_path / "other.pytuck", durability="off") as elsewhere:

        class Review(declarative_base(elsewhere)):
            __tablename__ = "reviews"
            id = Column(int, primary_key=True)
            user_id = Column(int)
            user = Relationship(shop.User, foreign_key="user_id", storage=storage)

        session.add_all(users := [shop.User(name="Ada"), shop.User(name="Bob")])
        session.commit()
        with Session(elsewhere) as other:
            other.add_all([Review(user=users[0]), Review(user=users[1]), Review()])
            other.commit()
        with Session(elsewhere) as other:
            reviews = other.execute(select(Review)).all()
            names = [review.user.name if review.user else None for review in reviews]
            assert names == ["Ada", "Bob", None]


def test_an_ambiguous_relationship_asks_for_its_key(storage):
    base = declarative_base(storage)

    class Place(base):
        __tablename__ = "places"
        id = Column(int, primary_key=True)

    class Trip(base):
        __tablename__ = "trips"
        id = Column(int, primary_key=True)
        start_id = Column(int, foreign_key="places.id")
        end_id = Column(int, foreign_key="places.id")
        unclear = Relationship(Place)
        start = Relationship(Place, "start_id")

    with pytest.raises(SchemaError, match=r"Trip.unclear: Several foreign keys"):
        _ = Trip().unclear
    assert Trip(start=Place()).start is not None


def test_a_many_to_many_between_a_model_and_itself(storage):
    base = declarative_base(storage)

    class Person(base):
        __tablename__ = "people"
        id = Column(int, primary_key=True)
        name = Column(str)
        follows = Relationship(
            "Person", ("follower", "followed"), secondary="follows", back_populates="followers"
        )
        followers = Relationship(
            "Person", ("followed", "follower"), secondary="follows", back_populates="follows"
        )

    class Follows(base):
        __tablename__ = "follows"
        follower = Column(int, primary_key=True, foreign_key="people.id")
        followed = Column(int, primary_key=True, foreign_key="people.id")

    with Session(storage) as session:
        a, b, c = (Person(name=name) for name in "abc")
        a.follows = [b, c, a]
        session.add_all([a, b, c])
        session.commit()
        assert {item.name for item in a.followers} == {"a"}
        assert b.followers == [a]
    with Session(storage) as session:
        again = session.get(Person, a.id)
        assert {item.name for item in again.follows} == {"a", "b", "c"}
        assert {item.name for item in session.get(Person, c.id).followers} == {"a"}
        assert session.scalars(select(Follows.follower)) == [a.id] * 3
