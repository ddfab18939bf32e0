"""`python -m kiosk` is the `kiosk` command."""

import sys

from kiosk.commands import main

sys.exit(main())
