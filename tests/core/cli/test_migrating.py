"""`pytuck migrate`: revisions from the command line."""

from __future__ import annotations

import pytest

from pytuck import Column, Storage
from pytuck.cli import main


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Storage("shop.pytuck") as storage:
        storage.create_table(
            "items", [Column(int, name="id", primary_key=True), Column(str, name="price")]
        )
        storage.bulk_insert("items", [{"price": price} for price in ("1", "2", "?")])
    assert main(["migrate", "init", "shop.pytuck"]) == 0
    return tmp_path


def _script(shop, upgrade, downgrade="pass"):
    main(["migrate", "new", "a step"])
    path = max((shop / "migrations").glob("*.py"))
    text = path.read_text().replace("    pass", f"    {upgrade}", 1)
    path.write_text(text.replace("    pass", f"    {downgrade}", 1))


def test_up_and_down(shop, capsys):
    _script(shop, 'op.rename_table("items", "goods")', 'op.rename_table("goods", "items")')
    assert main(["migrate", "check"]) == 3
    assert main(["migrate", "upgrade"]) == 0
    told = capsys.readouterr().out
    assert "pending: a step" in told
    assert "applied in" in told
    with Storage("shop.pytuck") as storage:
        assert storage.list_tables() == ["goods"]
    assert main(["migrate", "check"]) == 0
    assert main(["migrate", "current"]) == 0
    assert "a step" in capsys.readouterr().out
    assert main(["migrate", "history"]) == 0
    assert "UTC" in capsys.readouterr().out
    assert main(["migrate", "downgrade", "base"]) == 0
    assert main(["migrate", "downgrade", "nope"]) == 1
    with Storage("shop.pytuck") as storage:
        assert storage.list_tables() == ["items"]
    assert main(["migrate", "stamp", "heads"]) == 0
    assert main(["migrate", "upgrade"]) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_what_it_would_do_and_cost(shop, capsys):
    _script(
        shop,
        'op.alter_column("items", "price", type=int, on_bad="null")',
        'op.drop_table("items")',
    )
    before = (shop / "shop.pytuck").read_bytes()
    assert main(["migrate", "upgrade", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "3 rows rewritten; LOST: 1 value cannot be converted and would become NULL" in told
    assert 'INSERT INTO "_pytuck_new_items"' in told
    assert (shop / "shop.pytuck").read_bytes() == before
    assert main(["migrate", "upgrade"]) == 0
    assert "as it was before: shop.before-" in capsys.readouterr().out
    assert main(["migrate", "downgrade", "base", "--dry-run"]) == 0
    assert "drop table items (LOST: 3 rows)" in capsys.readouterr().out
    assert main(["migrate", "downgrade", "base", "--no-backup"]) == 0
    assert len(list(shop.glob("shop.before-*"))) == 1


def test_what_fails_changes_nothing(shop, capsys):
    _script(shop, 'op.alter_column("items", "price", type=int)')
    assert main(["migrate", "upgrade"]) == 1
    told = capsys.readouterr().err
    assert "line " in told
    assert "'?'" in told
    assert main(["migrate", "check"]) == 3


def test_settings_that_are_missing_or_wrong(shop, capsys):
    assert main(["migrate", "init", "shop.pytuck"]) == 1
    assert main(["migrate", "current", "--folder", "nowhere"]) == 1
    assert "pytuck migrate init" in capsys.readouterr().err
    settings = shop / "migrations" / "settings.toml"
    for text, word in (
        ("database = 1", "which database"),
        ('database = "a"\nmodels = "b"', "list"),
        ('database = "a"\nother = 1', "other"),
        ("database", "cannot be read"),
    ):
        settings.write_text(text)
        assert main(["migrate", "current"]) == 1
        assert word in capsys.readouterr().err


def test_a_document_is_written_only_if_all_went_well(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Storage("a.json") as storage:
        storage.create_table("items", [Column(int, name="id", primary_key=True)])
    main(["migrate", "init", "a.json"])
    _script(tmp_path, 'op.add_column("items", Column(int, name="x"))')
    before = (tmp_path / "a.json").read_bytes()
    assert main(["migrate", "upgrade"]) == 1  # nothing has imported Column
    assert (tmp_path / "a.json").read_bytes() == before
    path = max((tmp_path / "migrations").glob("*.py"))
    path.write_text(path.read_text().replace("revision =", "from pytuck import Column\nrevision ="))
    assert main(["migrate", "upgrade"]) == 0
    with Storage("a.json") as storage:
        assert list(storage.get_table("items").columns) == ["id", "x"]
