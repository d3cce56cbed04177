"""Python code of models, run."""

from __future__ import annotations

import keyword
import sys
import types
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytuck import Column, Session, Storage, TableNotFoundError, select
from pytuck.schema import Column as Part
from pytuck.schema import Index, Table
from pytuck.tools import model_code
from pytuck.types import TYPES, DecimalType


def run(code):
    """Run generated code as the module it is."""
    module = types.ModuleType("generated_models")
    sys.modules[module.__name__] = module
    exec(compile(code, "generated_models.py", "exec"), module.__dict__)
    return module


def twin_of(storage, path=None):
    where = "" if path is None else repr(str(path))
    return run(model_code(storage, storage_code=f"Storage({where})"))


def test_the_code_makes_the_same_tables(shop, tmp_path):
    module = twin_of(shop, tmp_path / "new.pytuck")
    for name in ("shops", "things"):
        assert module.storage.tables[name].schema == shop.tables[name].schema
    module.storage.close()


def test_the_code_maps_the_tables_that_are_there(filled):
    module = run(model_code(filled))
    with Session(module.storage) as session:
        shop = session.execute(select(module.Shops)).one()
        assert [thing.name for thing in shop.things] == ["=1+1"]
        (thing,) = shop.things
        assert thing.shop is shop
        assert thing.kind is module.ThingsKind.OLD_TREE
        assert thing.is_new is True
        assert thing.since.year == 2026
    module.storage.close()


def test_names_that_python_or_models_have_already():
    names = ["class", "date", "datetime", "to_dict", "a b", "1st", "", "match", "Column", "é", "_x"]
    with Storage() as storage:
        columns = [Column(datetime, name=name) for name in names if name]
        storage.create_table("Storage", [Column(int, name="id", primary_key=True), *columns])
        storage.create_table("import", [Column(int, name="storage"), Column(int, name="Storage_")])
        module = twin_of(storage)
        for name in ("Storage", "import"):
            assert module.storage.tables[name].schema == storage.tables[name].schema
    module.storage.close()


def test_defaults_indexes_and_types_of_all_kinds():
    aware = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    with Storage() as storage:
        storage.create_table(
            "t",
            [
                Column(int, name="a", primary_key=True),
                Column(str, name="b", primary_key=True),
                Column(datetime, name="c", default=aware),
                Column(timedelta, name="d", default=timedelta(minutes=-1)),
                Column(Decimal, name="e", default=Decimal("1.50")),
                Column(DecimalType(9, 2), name="f"),
                Column(float, name="g", default=float("-inf")),
                Column(bytes, name="h", default=b"\x00'\""),
                Column(str, name="i", default="it's \"\n{x}", comment="one's \\"),
                Column(list, name="j", default=[1]),
                Column(bool, name="k", default=True, nullable=False, unique=True),
            ],
            comment="it's",
        )
        storage.create_index("t", ["c", "d"], unique=True)
        storage.create_index("t", "e", name="mine")
        module = twin_of(storage)
        assert module.storage.tables["t"].schema == storage.tables["t"].schema
    module.storage.close()


def test_keys_between_tables_become_relationships():
    with Storage() as storage:
        storage.create_table(
            "staff",
            [
                Column(int, name="id", primary_key=True),
                Column(int, name="boss_id", foreign_key="staff.id"),
                Column(int, name="home", foreign_key="rooms.id", unique=True),
                Column(int, name="work", foreign_key="rooms.id"),
            ],
        )
        storage.create_table("rooms", [Column(int, name="id", primary_key=True)])
        module = twin_of(storage)
    Staff, Rooms = module.Staff, module.Rooms
    with Session(module.storage) as session:
        room = Rooms(id=1)
        boss = Staff(id=1)
        session.add_all([room, boss, Staff(id=2, boss=boss, home=1, work=1)])
        session.commit()
        assert [item.id for item in boss.staff] == [2]
        links = {name: getattr(room, name) for name in dir(Rooms) if name.startswith("staff")}
        assert sorted(type(link).__name__ == "Staff" for link in links.values()) == [False, True]
    module.storage.close()


def test_some_of_the_tables(shop):
    code = model_code(shop, tables=["shops"])
    assert "class Shops" in code
    assert "Things" not in code
    with pytest.raises(TableNotFoundError):
        model_code(shop, tables=["chairs"])


names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8) | (
    st.sampled_from([*keyword.kwlist, "name", "value", "id", "str", "int"])
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tables=st.dictionaries(
        names.filter(lambda name: not name.lower().startswith(("sqlite_", "_pytuck_"))),
        st.lists(
            st.tuples(names, st.sampled_from(sorted(TYPES, key=str)), st.booleans()),
            min_size=1,
            max_size=5,
            unique_by=lambda part: part[0].lower(),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_any_names_and_types_come_back(tables):
    by_name = {name.lower(): (name, parts) for name, parts in tables.items()}
    with Storage() as storage:
        for name, parts in by_name.values():
            columns = tuple(
                Part(column, TYPES[kind], nullable=nullable) for column, kind, nullable in parts
            )
            index = Index(f"index of {name}", (parts[0][0],))
            storage.ensure_table(Table(name, columns, indexes=(index,)))
        module = twin_of(storage)
        for name, _ in by_name.values():
            assert module.storage.tables[name].schema == storage.tables[name].schema
    module.storage.close()
