"""`python -m solosync` is the same program as `solosync`."""

import sys

from solosync.cli import main

if __name__ == "__main__":
    sys.exit(main())
