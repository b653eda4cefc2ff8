"""Make the one-file program: `python packaging/build.py` writes dist/solosync."""

import shutil
import sys
from pathlib import Path

import PyInstaller.__main__

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
PROGRAM = DIST / ("solosync.exe" if sys.platform == "win32" else "solosync")


def main() -> int:
    PyInstaller.__main__.run(
        [
            str(ROOT / "packaging" / "solosync.spec"),
            "--noconfirm",
            "--log-level=ERROR",
            f"--distpath={DIST}",
            f"--workpath={ROOT / 'build'}",
        ]
    )
    if sys.platform == "linux" and not shutil.which("strip"):
        print(
            "`strip` is missing, so the program is twice as large as it could be", file=sys.stderr
        )
    print(f"{PROGRAM.relative_to(ROOT)}: {PROGRAM.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
