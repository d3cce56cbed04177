"""Passwords that are asked for, so that they stand in no list of commands."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

from pytuck import ConfigurationError, PasswordRequiredError, WrongPasswordError

VARIABLE = "PYTUCK_PASSWORD"
"""The variable of the environment that holds the password for commands that nobody watches."""

_TRIES = 3


def run_with_password(options: argparse.Namespace) -> int:
    """Run a command; where a file turns out to be encrypted, ask for its password.

    Raises:
        PasswordRequiredError, WrongPasswordError: There is nobody to ask, or three answers were
            wrong.
    """
    if getattr(options, "password", None) is None:
        options.password = os.environ.get(VARIABLE)
    may_ask = options.password is None and sys.stdin.isatty()
    for tries_left in reversed(range(_TRIES + 1)):
        try:
            status: int = options.run(options)
        except (PasswordRequiredError, WrongPasswordError) as err:
            if not may_ask or not tries_left:
                raise
            if isinstance(err, WrongPasswordError):
                print("That is not the password.", file=sys.stderr)
            options.password = getpass.getpass("Password: ")
        else:
            break
    return status


def ask_new_password() -> str:
    """Return a new password: typed twice by a person, else the first line of the input.

    Raises:
        ConfigurationError: The two differ, or nothing was given.
    """
    if sys.stdin.isatty():
        password = getpass.getpass("New password: ")
        if getpass.getpass("The same again: ") != password:
            raise ConfigurationError("The two passwords differ. Nothing was changed.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise ConfigurationError(
            "No new password was given. Type one, or say --remove to take the password away."
        )
    return password
