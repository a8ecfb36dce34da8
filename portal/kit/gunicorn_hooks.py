"""What gunicorn calls when one of our servers ends."""

import os
import shutil

from portal.kit.gunicorn import COUNTS


def on_exit(server: object) -> None:
    """Remove the counts of the service."""
    del server
    shutil.rmtree(os.environ[COUNTS])
