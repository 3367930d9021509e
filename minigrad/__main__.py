"""`python -m minigrad` is the command `minigrad`."""

from .command import main

raise SystemExit(main())
