"""Type checkers infer what a program gets, without a cast in it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from mypy import api

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAM = HERE / "typed_program.py"
OLDER_FORM = """
from pytuck import Column, Session, Storage, declarative_base, select
storage = Storage()
Base = declarative_base(storage)
Active = declarative_base(storage, crud=True)

class User(Base):
    __tablename__ = "users"
    id = Column(int, primary_key=True)

class Note(Active):
    __tablename__ = "notes"
    id = Column(int, primary_key=True)

def check(session: Session) -> list[User]:
    note: Note = Note.create(id=1)
    return session.scalars(select(User).where(User.id == note.id))
"""


def mypy(folder, *arguments):
    cache = f"--cache-dir={folder / 'cache'}"
    return api.run(["--strict", cache, "--no-error-summary", *arguments])


@pytest.fixture(autouse=True)
def _in_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_the_program_runs():
    subprocess.run([sys.executable, str(PROGRAM)], check=True, env={"PYTHONPATH": str(ROOT)})


def test_mypy_infers_the_types(tmp_path):
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\n", "utf-8")
    found, errors, _ = mypy(tmp_path, f"--config-file={settings}", str(PROGRAM))
    assert not errors
    assert "typed_program" not in found, found


def test_mypy_takes_the_older_form_with_the_plugin(tmp_path):
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\nplugins = pytuck.mypy_plugin\n", "utf-8")
    program = tmp_path / "older.py"
    program.write_text(OLDER_FORM, "utf-8")
    found, errors, _ = mypy(tmp_path, f"--config-file={settings}", str(program))
    assert not errors
    assert "older.py" not in found, found


@pytest.mark.skipif(
    importlib.util.find_spec("pyright") is None, reason="pyright is not among the tools"
)
def test_pyright_infers_the_types():
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, str(PROGRAM)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
