"""Where the one-file program starts."""

import multiprocessing

if __name__ == "__main__":
    # First of all: a child process that Python starts runs this file again, and must not go on to
    # the command line.
    multiprocessing.freeze_support()

    import sys

    from solosync.cli import main

    sys.exit(main())
