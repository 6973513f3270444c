"""`python -m mms`: the command line."""

import sys

from mms.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
