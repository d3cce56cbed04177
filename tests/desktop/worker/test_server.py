"""The worker process, spoken to as the window speaks to it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytuck.query import insert, select, table
from pytuck.query.json_form import dump
from pytuck_desktop.worker.launch import start_worker
from pytuck_desktop.worker.protocol import Answer, Notice, Request, encode, read_message


@pytest.fixture
def worker():
    process = start_worker()
    with process:
        yield process
        process.stdin.close()
        process.wait(timeout=10)


def ask(process, operation, number=1, **arguments):
    """Send a request and return its answer; notices are passed over."""
    process.stdin.write(encode(Request(number, operation, arguments)))
    process.stdin.flush()
    return answer(process, number)


def answer(process, number):
    while True:
        message = read_message(process.stdout)
        assert message is not None, "the worker hung up"
        if isinstance(message, Answer) and message.id == number:
            return message


def statement():
    return dump(select(table("customers", [("id", int), ("name", str)])))


def test_a_request_that_makes_no_sense_is_answered_with_an_error(worker, shop):
    assert ask(worker, "nonsense").error["code"] == "PT-9000"
    assert ask(worker, "page", view=1, generation=1, first=0, count=1).error["code"] == "PT-1401"
    assert ask(worker, "tables").error["code"] == "PT-2001"
    assert ask(worker, "open", path=str(shop)).error is None
    assert ask(worker, "view_open", view=1, generation=1, statement={}).error["code"] == "PT-1401"
    writing = dump(insert(table("customers", [("name", str)])).values(name="x"))
    assert ask(worker, "view_open", view=1, generation=1, statement=writing).error is not None
    assert ask(worker, "apply", edits=[{"statement": statement(), "expected": 1}]).error is not None
    assert ask(worker, "count", table="customers").result == 1000


def test_only_the_newest_page_of_a_view_is_worked_on(worker, shop):
    ask(worker, "open", path=str(shop))
    ask(worker, "view_open", view=1, generation=1, statement=statement())
    frames = [
        encode(Request(n, "page", {"view": 1, "generation": 1, "first": n, "count": 1}))
        for n in range(10, 200)
    ]
    worker.stdin.write(b"".join(frames))
    worker.stdin.flush()
    codes = []
    for _ in frames:
        message = read_message(worker.stdout)
        codes.append((message.id, message.error["code"] if message.error else None))
    last = dict(codes)
    assert last[199] is None
    assert len(last) == len(frames)  # each is answered, once
    assert set(last.values()) <= {None, "PT-9002", "PT-2304"}


def test_a_commit_of_another_process_is_told(worker, shop):
    ask(worker, "open", path=str(shop))
    code = f"import sqlite3; c = sqlite3.connect({str(shop)!r}); c.execute('DELETE FROM orders'); c.commit()"
    subprocess.run([sys.executable, "-c", code], check=True)
    told = {message.name: message for message in (read_message(worker.stdout) for _ in range(2))}
    assert told["changed"] == Notice("changed", {"schema": False})
    (commit,) = told["commits"].arguments["commits"]
    assert commit["is_anything"]
    assert not commit["is_here"]


def test_the_worker_ends_on_garbage_and_says_why(shop):
    process = start_worker()
    _, complaint = process.communicate(b"\xff\xff\xff\xff rubbish", timeout=10)
    assert process.returncode == 0
    assert b"larger than any message" in complaint


def test_the_worker_imports_no_qt(worker, shop):
    code = (
        "import sys, pytuck_desktop.worker.server\n"
        "bad = [name for name in sys.modules if 'PySide' in name or 'shiboken' in name]\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
