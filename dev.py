"""The commands of a developer: `python3 dev.py` lists them.

Needs nothing but Python 3.11 or newer. Whatever a command needs is installed into `.venv` beside
this file on first use and again when `pyproject.toml` changes.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the one place where an older Python gets its answer
    sys.exit(
        "Pytuck Desktop needs Python 3.11 or newer; this is Python %d.%d (%s).\n"  # noqa: UP031
        "Install a newer one from https://www.python.org/downloads/ and run dev.py with it."
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

import ctypes
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "dev-stamp.json"
SAMPLE_MAKER = ROOT / "resources" / "sample" / "bookshop.py"
TRANSLATIONS = ROOT / "resources" / "i18n" / "pytuck_desktop_zh_CN.ts"

Level = Literal["run", "test"]
"""What is installed: enough to start the application, or the developer's tools too."""

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""What Qt loads on Linux whatever the display is, and the Debian package that has it."""

X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt loads for a window on X11. Source: https://doc.qt.io/qt-6/linux-requirements.html"""

CJK_FONTS = ("*CJK*", "*cjk*", "*DroidSansFallback*", "wqy*", "*SourceHanSans*")
"""File names of fonts with Chinese characters; without one they are drawn as empty boxes."""


class StepError(Exception):
    """A step failed; the message says what, and what to do."""


# --- Saying and running -------------------------------------------------------------------


def say(text: str) -> None:
    """Print one line about what happens now."""
    print(f"• {text}", flush=True)


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, quiet: bool = False
) -> int:
    """Run a command in the project's folder and return its exit status.

    Args:
        command: The program and its arguments.
        env: Variables set for it in addition to the present ones.
        quiet: Show its output only if it fails.
    """
    words = [str(part) for part in command]
    environment = {**os.environ, **(env or {})}
    if not quiet:
        return subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
    return done.returncode


def venv_program(name: str) -> Path:
    """Return where a program of the environment is."""
    if sys.platform == "win32":
        return VENV / "Scripts" / f"{name}.exe"
    return VENV / "bin" / name


# --- The environment ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an environment was made from. Written as unfinished first, so that one that was
    interrupted half way is recognised.
    """

    python: str
    project: str
    level: Level
    is_finished: bool

    @classmethod
    def wanted(cls, level: Level) -> Stamp:
        """Return the stamp that an environment made now would have."""
        digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
        version = ".".join(str(part) for part in sys.version_info[:2])
        return cls(version, digest, level, is_finished=True)

    @classmethod
    def read(cls) -> Stamp | None:
        """Return the present environment's stamp, None if it has none that can be read."""
        try:
            fields = json.loads(STAMP.read_text(encoding="utf-8"))
            return cls(**fields)
        except (OSError, ValueError, TypeError):
            return None

    def write(self, *, is_finished: bool) -> None:
        """Put the stamp into the environment."""
        fields = {
            "python": self.python,
            "project": self.project,
            "level": self.level,
            "is_finished": is_finished,
        }
        STAMP.write_text(json.dumps(fields), encoding="utf-8")

    def covers(self, other: Stamp) -> bool:
        """Return whether an environment with this stamp has all that `other` asks for."""
        is_same = (self.python, self.project) == (other.python, other.project)
        return self.is_finished and is_same and (self.level == "test" or other.level == "run")


def ensure_environment(level: Level) -> None:
    """Make `.venv`, or bring it up to date, or find that nothing is to do.

    Raises:
        StepError: It could not be made.
    """
    wanted = Stamp.wanted(level)
    present = Stamp.read()
    is_alive = _is_alive()
    if present is not None and present.covers(wanted) and is_alive:
        return
    if present is not None and present.level == "test":
        wanted = Stamp.wanted("test")  # one environment: never take the tools away again
    if not is_alive or (present is not None and not present.is_finished):
        _make_environment(wanted)
    wanted.write(is_finished=False)
    _install(wanted.level)
    wanted.write(is_finished=True)


def _is_alive() -> bool:
    """Return whether the environment has a Python that runs, of this version, with pip."""
    python = venv_program("python")
    if not python.exists():
        return False
    wanted = f"{sys.version_info[0]}.{sys.version_info[1]}"
    code = f"import pip, sys; sys.exit('%d.%d' % sys.version_info[:2] != '{wanted}')"
    words = [str(python), "-c", code]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def _make_environment(wanted: Stamp) -> None:
    if VENV.exists():
        say("Making .venv anew: the present one is unfinished, broken or of another Python.")
        shutil.rmtree(VENV)
    else:
        say("Making the environment .venv")
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        install_debian_packages([f"python{version}-venv"], "to make a Python environment")
    VENV.mkdir()
    wanted.write(is_finished=False)  # so that one interrupted in the next line is recognised
    if run([sys.executable, "-m", "venv", VENV], quiet=True) != 0:
        raise StepError(f"Could not make the environment {VENV}; what Python said is above.")


def _install(level: Level) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    say(f"Installing {'the application' if level == 'run' else 'the application and the tools'}")
    started = time.monotonic()
    extra = "" if level == "run" else "[dev]"
    _pip("--editable", f"{ROOT}{extra}")
    if level == "test":
        _pip("--no-deps", *project["dependency-groups"]["data"])
    say(f"Installed in {time.monotonic() - started:.0f} s")


def _pip(*arguments: str) -> None:
    pip = [str(venv_program("python")), "-m", "pip", "install", "--quiet", "--retries", "2"]
    quieter = {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if run([*pip, *arguments], env=quieter) != 0:
        raise StepError(
            "pip could not install what is needed; what it said is above.\n"
            "The first time this needs the network (or a package index that pip is set up to use). "
            "Connect and run the same command again."
        )


# --- What the system must have ------------------------------------------------------------


def is_linux() -> bool:
    """Return whether this is Linux."""
    return sys.platform.startswith("linux")


def has_display() -> bool:
    """Return whether a window can be shown here."""
    return not is_linux() or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def ensure_qt_libraries(*, needs_window: bool) -> None:
    """Install the system libraries that Qt needs and this machine lacks, if there are any.

    Raises:
        StepError: Some are missing and cannot be installed from here.
    """
    if not is_linux():
        return
    libraries = {**QT_LIBRARIES, **(X11_LIBRARIES if needs_window else {})}
    missing = {name: package for name, package in libraries.items() if not _can_load(name)}
    if missing:
        install_debian_packages(
            sorted(missing.values()), "Qt's system libraries", f"Missing: {', '.join(missing)}."
        )


def ensure_cjk_font() -> None:
    """Install a font with Chinese characters for pictures drawn off-screen, if there is none."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    if not is_linux() or any(any(folder.rglob(name)) for folder in folders for name in CJK_FONTS):
        return
    try:
        install_debian_packages(["fonts-noto-cjk"], "a font with Chinese characters")
    except StepError as err:
        say(f"Going on without a font with Chinese characters (they will be boxes).\n  {err}")


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_debian_packages(packages: Sequence[str], purpose: str, detail: str = "") -> None:
    """Install system packages with apt-get.

    Args:
        packages: Their names in Debian.
        purpose: What they are for, as the object of "needed".
        detail: One more sentence for the case that they cannot be installed.
    Raises:
        StepError: This is no Debian, or the user may not, or apt-get failed.
    """
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        raise StepError(
            f"Needed: {purpose}. {detail}\nInstall them with your system's package manager "
            f"(their names in Debian: {' '.join(packages)})."
        )
    if os.name != "posix" or os.geteuid() != 0:
        raise StepError(
            f"Needed: {purpose}. {detail}\nRun this once, then the same command again:\n"
            f"    sudo {shlex.join(command)}"
        )
    say(f"Installing {purpose}: {' '.join(packages)}")
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=quietly, quiet=True)
    if run(command, env=quietly, quiet=True) != 0:
        raise StepError(f"apt-get could not install {' '.join(packages)}; see above.")


# --- The sample ---------------------------------------------------------------------------


def data_folder() -> Path:
    """Return where an application keeps a user's data on this system."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "pytuck-desktop"


def ensure_sample(path: Path) -> Path:
    """Make the sample file unless it is there; what a user did to it is kept.

    Raises:
        StepError: It could not be made.
    """
    if path.exists():
        return path
    say(f"Making the sample {path}")
    if run([venv_program("python"), SAMPLE_MAKER, path], quiet=True) != 0:
        raise StepError(f"The sample {path} could not be made; see above.")
    return path


# --- Commands -----------------------------------------------------------------------------


def command_run(arguments: Sequence[str]) -> int:
    """Start the application on FILE, or on the sample."""
    files = [Path(name).absolute() for name in arguments]
    ensure_environment("run")
    ensure_qt_libraries(needs_window=has_display())
    files = files or [ensure_sample(data_folder() / "bookshop.pytuck")]
    if has_display():
        return run([venv_program("python"), "-m", "pytuck_desktop", *files])
    ensure_cjk_font()
    picture = ROOT / "build" / "window.png"
    say("There is no display here: drawing the window off-screen instead.")
    status = draw_window(picture, *files)
    if status == 0:
        say(f"The window is in {picture}")
    return status


def draw_window(picture: Path, *files: Path) -> int:
    """Draw the real window, off-screen, into a PNG."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    return run(
        [venv_program("python"), "-m", "pytuck_desktop", "--screenshot", picture, *files],
        env={"QT_QPA_PLATFORM": "offscreen"},
    )


def command_test(arguments: Sequence[str]) -> int:
    """Run lint, types, import contracts and the tests; arguments go to pytest."""
    ensure_environment("test")
    ensure_qt_libraries(needs_window=False)
    python = venv_program("python")
    steps: dict[str, list[str | Path]] = {
        "lint (ruff check)": [python, "-m", "ruff", "check", "."],
        "format (ruff format)": [python, "-m", "ruff", "format", "--check", "."],
        "types (mypy)": [python, "-m", "mypy"],
        "imports (lint-imports)": [venv_program("lint-imports"), "--no-logo"],
        "tests (pytest)": [python, "-m", "pytest", *_side_by_side(arguments), *arguments],
    }
    failed = []
    for name, command in steps.items():
        print(f"\n── {name} ".ljust(100, "─"), flush=True)
        started = time.monotonic()
        is_good = run(command, env={"QT_QPA_PLATFORM": "offscreen"}) == 0
        say(f"{name}: {'passed' if is_good else 'FAILED'}, {time.monotonic() - started:.0f} s")
        if not is_good:
            failed.append(name)
    print()
    say(f"FAILED: {', '.join(failed)}" if failed else "Everything passed.")
    return 1 if failed else 0


def _side_by_side(arguments: Sequence[str]) -> list[str]:
    """Return what has the test files run on every processor, unless it is said otherwise."""
    if any(argument.startswith(("-n", "--dist", "--pdb", "-p")) for argument in arguments):
        return []
    return ["-n", str(min(8, os.cpu_count() or 1)), "--dist", "loadfile"]


def command_bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks and print ratios; --rows N takes another number of users."""
    ensure_environment("test")
    ensure_qt_libraries(needs_window=False)
    statuses = []
    for script in sorted((ROOT / "tests" / "benchmarks").glob("[!_]*.py")):
        print(f"\n── {script.stem} ".ljust(100, "─"), flush=True)
        module = f"tests.benchmarks.{script.stem}"
        statuses.append(run([venv_program("python"), "-m", module, *arguments]))
    return max(statuses, default=0)


def command_screenshots(_arguments: Sequence[str]) -> int:
    """Draw the pictures of the documentation from the real window."""
    ensure_environment("test")
    ensure_qt_libraries(needs_window=False)
    ensure_cjk_font()
    with tempfile.TemporaryDirectory(prefix="pytuck-") as folder:
        sample = ensure_sample(Path(folder) / "bookshop.pytuck")
        status = draw_window(ROOT / "docs" / "screenshots" / "browse.png", sample)
    scenes = ROOT / "tests" / "desktop" / "screenshots" / "scenes.py"
    command: list[str | Path] = [venv_program("python"), "-m", "pytest", "-q", scenes]
    return status or run(command, env={"QT_QPA_PLATFORM": "offscreen"})


def command_i18n(_arguments: Sequence[str]) -> int:
    """Bring the translation file up to date with the texts in the sources."""
    ensure_environment("run")
    sources = sorted((ROOT / "pytuck_desktop").rglob("*.py"))
    TRANSLATIONS.parent.mkdir(parents=True, exist_ok=True)
    relative = [source.relative_to(ROOT) for source in sources]
    options = ["-no-obsolete", "-locations", "none", "-ts", TRANSLATIONS.relative_to(ROOT)]
    return run([str(venv_program("pyside6-lupdate")), *map(str, relative), *map(str, options)])


COMMANDS: dict[str, tuple[str, Callable[[Sequence[str]], int]]] = {
    "run": ("[FILE...]", command_run),
    "test": ("[PYTEST ARGUMENTS...]", command_test),
    "bench": ("[--long] [--no-peers]", command_bench),
    "screenshots": ("", command_screenshots),
    "i18n": ("", command_i18n),
}


def usage() -> str:
    """Return the list of commands."""
    lines = ["Usage: python3 dev.py COMMAND", ""]
    for name, (arguments, command) in COMMANDS.items():
        summary = (command.__doc__ or "").splitlines()[0]
        lines.append(f"  {f'{name} {arguments}':<30} {summary}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run the command named by the first argument and return the exit status."""
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        print(usage())
        return 0
    if arguments[0] not in COMMANDS:
        print(f"There is no command '{arguments[0]}'.\n\n{usage()}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]][1](arguments[1:])
    except StepError as err:
        print(f"\n{err}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
