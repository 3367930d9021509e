"""`python -m minigrad` is the command `minigrad`."""

from .cli import main

raise SystemExit(main())
