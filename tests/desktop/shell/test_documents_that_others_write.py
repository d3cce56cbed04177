"""A document that another program writes to is shown, and follows what is saved there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytuck import Column, Storage
from tests.core.concurrency.programs import running
from tests.core.documents.test_locks_of_documents import WRITES


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "shop.json"
    with Storage(path) as storage:
        storage.create_table(
            "items", [Column(int, name="id", primary_key=True), Column(str, name="name")]
        )
        storage.create_table("more", [Column(int, name="id", primary_key=True)])
        storage.bulk_insert("items", [{"name": "pear"}, {"name": "plum"}])
    return path


def says_who_writes(driver, process: int) -> bool:
    banner = driver.grid.banner
    return banner.isVisible() and f"Process {process} (" in banner.label.text()


def can_be_edited(driver) -> bool:
    return bool(driver.window.controls.actions["add_row"].isEnabled())


def test_a_document_is_read_while_another_program_writes(driver, file):
    driver.open_rows(file, "items")
    assert can_be_edited(driver)
    with running(WRITES, file) as program:
        program.listen()
        driver.wait(lambda: says_who_writes(driver, program.id))
        assert driver.document.read_only_reason == "locked"
        assert not can_be_edited(driver)
        assert driver.window.controls.status.lock_reason.isVisible()
        driver.window.navigation.open_table(driver.document, "more", keep=True)
        assert says_who_writes(driver, program.id)
        driver.window.navigation.open_table(driver.document, "items", keep=True)
        program.tell("flush")
        driver.wait(lambda: driver.grid.viewmodel.row_count == 3)
        driver.wait(lambda: not driver.document.is_read_only)
        driver.wait(lambda: not driver.grid.banner.isVisible())
        driver.loaded()
        assert driver.text(2, 1) == "theirs"
        driver.edit(0, 1, "apple")
        driver.save()
    with Storage(file) as storage:
        assert [row["name"] for row in storage.query("items", [])] == ["apple", "plum", "theirs"]


@pytest.mark.skipif(os.name == "nt", reason="nothing ends a program that hard there")
def test_a_document_opened_meanwhile_can_be_edited_when_the_other_is_killed(driver, file):
    with running(WRITES, file) as program:
        program.listen()
        driver.open_rows(file, "items")
        assert says_who_writes(driver, program.id)
        assert not can_be_edited(driver)
        program.kill()
        driver.wait(lambda: not driver.document.is_read_only)
        driver.edit(1, 1, "lime")
        driver.save()
    with Storage(file) as storage:
        assert [row["name"] for row in storage.query("items", [])] == ["pear", "lime"]


def test_edits_wait_for_the_other_program_and_meet_its_rows(driver, file):
    driver.open_rows(file, "items")
    driver.edit(0, 1, "mine")
    with running(WRITES, file) as program:
        program.listen()
        driver.wait(lambda: says_who_writes(driver, program.id))
        assert driver.document.edits.count == 1
        program.tell("close")
        program.listen()
        driver.save()
        driver.wait(lambda: driver.grid.viewmodel.row_count == 3)
    with Storage(file) as storage:
        assert [row["name"] for row in storage.query("items", [])] == ["mine", "plum", "theirs"]


def test_a_file_that_is_damaged_is_told_once_and_shown_again_when_it_is_whole(driver, file):
    driver.open_rows(file, "items")
    whole, told = file.read_bytes(), []
    driver.document.on_error.append(told.append)
    file.write_bytes(whole[:-20])
    driver.wait(lambda: told)
    assert driver.text(0, 1) == "pear"
    file.write_bytes(whole.replace(b"pear", b"lime"))
    driver.wait(lambda: driver.grid.viewmodel.displayed(0) and driver.text(0, 1) == "lime")
    assert len(told) == 1  # and not with each look
