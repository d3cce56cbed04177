"""Revision scripts: their order, their edges, and what is said of scripts that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck import MigrationError, Storage
from pytuck.migrations import Migrations, Revision, RevisionGraph
from tests.core.migrations.scripts import write


def _revision(tmp_path, name, *parents):
    return Revision(name, parents, name, tmp_path / f"{name}.py", "", lambda op: None, None)


@pytest.fixture
def diamond(tmp_path):
    """One beginning, two branches that come together, and one beside them."""
    edges = {"aaa": (), "bbb": ("aaa",), "ccc": ("aaa",), "ddd": ("bbb", "ccc"), "eee": ("aaa",)}
    return RevisionGraph(_revision(tmp_path, name, *parents) for name, parents in edges.items())


def _ids(revisions):
    return [item.id for item in revisions]


def test_heads_and_order(diamond):
    assert _ids(diamond) == ["aaa", "bbb", "ccc", "ddd", "eee"]
    assert _ids(diamond.heads) == ["ddd", "eee"]
    assert diamond.with_ancestors(["ddd"]) == {"aaa", "bbb", "ccc", "ddd"}


@pytest.mark.parametrize(
    ("target", "applied", "expected"),
    [
        ("heads", [], ["aaa", "bbb", "ccc", "ddd", "eee"]),
        ("heads", ["aaa", "ccc"], ["bbb", "ddd", "eee"]),
        ("ddd", [], ["aaa", "bbb", "ccc", "ddd"]),
        ("ccc", ["aaa", "bbb"], ["ccc"]),
        ("+2", ["aaa"], ["bbb", "ccc"]),
        ("ddd", ["aaa", "bbb", "ccc", "ddd"], []),
    ],
)
def test_the_way_up(diamond, target, applied, expected):
    assert _ids(diamond.upgrade_path(target, applied)) == expected


@pytest.mark.parametrize(
    ("target", "applied", "expected"),
    [
        ("base", ["aaa", "bbb", "eee"], ["eee", "bbb", "aaa"]),
        ("-1", ["aaa", "bbb", "eee"], ["eee"]),
        ("bbb", ["aaa", "bbb", "ccc", "ddd", "eee"], ["ddd"]),
        ("aaa", ["aaa", "bbb", "ccc", "ddd", "eee"], ["eee", "ddd", "ccc", "bbb"]),
        ("ddd", ["aaa", "bbb", "ccc", "ddd"], []),
    ],
)
def test_the_way_down(diamond, target, applied, expected):
    assert diamond.downgrade_path(target, applied) == expected


def test_the_beginning_of_an_id_is_enough_where_it_is_clear(tmp_path):
    graph = RevisionGraph(_revision(tmp_path, name) for name in ("abcd1", "abcd2", "xyz"))
    assert graph.get("xyz").id == "xyz"
    assert graph.get("abcd1").id == "abcd1"
    for name, reason in (
        ("abc", "abcd1, abcd2"),
        ("xy", "no revision|Write more"),
        ("q", "no rev"),
    ):
        with pytest.raises(MigrationError, match=reason):
            graph.get(name)


def test_revisions_that_do_not_fit_together_are_refused(tmp_path):
    def graph(**edges):
        return RevisionGraph(_revision(tmp_path, name, *of) for name, of in edges.items())

    with pytest.raises(MigrationError, match="stands on the revision 'gone'"):
        graph(a=("gone",))
    with pytest.raises(MigrationError, match="stand on one another"):
        graph(a=("b",), b=("a",))
    with pytest.raises(MigrationError, match="same id"):
        RevisionGraph([_revision(tmp_path, "a"), _revision(tmp_path, "a")])


@given(st.lists(st.sets(st.integers(0, 12), max_size=3), max_size=13), st.randoms())
def test_every_revision_comes_after_those_it_stands_on(parents, random):
    made = [
        _revision(Path(), f"r{number}", *(f"r{parent}" for parent in sorted(of) if parent < number))
        for number, of in enumerate(parents)
    ]
    random.shuffle(made)
    graph = RevisionGraph(made)
    seen = set()
    for revision in graph:
        assert seen >= set(revision.parents)
        seen.add(revision.id)
    assert len(seen) == len(made)
    for revision in graph:
        path = _ids(graph.upgrade_path(revision.id, []))
        assert set(path) == graph.with_ancestors([revision.id])
        assert graph.downgrade_path("base", path) == path[::-1]


def test_scripts_that_are_wrong_are_named(tmp_path):
    with Storage() as storage:
        migrations = Migrations(storage, tmp_path)
        assert len(migrations.graph()) == 0
        for text, reason in (
            ("1 / 0", "fails: ZeroDivisionError"),
            ("def upgrade(op", "SyntaxError"),
            ("x = 1", "'revision'"),
            ('revision = "a"', "'upgrade'"),
            ('revision = "a b"\ndef upgrade(op): ...', "letters"),
            ('revision = "a"\nparents = (1,)\ndef upgrade(op): ...', "parents"),
        ):
            (tmp_path / "wrong.py").write_text(text)
            with pytest.raises(MigrationError, match=reason) as caught:
                migrations.graph()
            assert "wrong.py" in caught.value.message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wrong.py"]


def test_new_scripts_stand_on_the_head(tmp_path):
    with Storage() as storage:
        migrations = Migrations(storage, tmp_path / "revisions")
        first = migrations.new('adds "quotes" \\ and\n""" more')
        second = migrations.new("加一列", upgrade=['op.execute("SELECT 1")'])
        graph = migrations.graph()
        by_path = {item.path: item for item in graph}
        assert by_path[second].parents == (by_path[first].id,)
        assert "加一列" in second.name
        assert by_path[first].message == "adds \"quotes\" \\ and ''' more"
        write(tmp_path / "revisions", "side")
        with pytest.raises(MigrationError, match="several heads"):
            migrations.new("which one?")
        both = migrations.new("bring together", parents=[by_path[second].id[:6], "side"])
        heads = migrations.graph().heads
        assert [item.path for item in heads] == [both]
        for message in ("", "  "):
            with pytest.raises(MigrationError, match="message"):
                migrations.new(message)
        migrations.upgrade()
        assert migrations.pending() == []
