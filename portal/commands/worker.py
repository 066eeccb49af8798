"""`flask worker`: due dates, retention and mail. `make run` starts one beside the server; several are safe."""

import signal
import threading

import click
from flask.cli import with_appcontext

from portal.services import notices
from portal.services.worker import JOBS, Worker
from portal.web.mail_words import words
from portal.web.parts import parts


@click.command()
@click.option("--once", is_flag=True, help="Do one round and end.")
@click.option("--parent", type=int, help="End when this process is no longer the parent.")
@with_appcontext
def worker(*, once: bool, parent: int | None) -> None:
    """Do what is due, every minute: erase what is over, finish erasures, send notices."""
    stop = threading.Event()
    jobs = {
        **JOBS,
        "look": notices.look,
        "mail": lambda mine: notices.send_waiting(mine, words),
    }
    mine = Worker(parts(), jobs, stop, parent)
    if once:
        if not mine.work():
            raise click.ClickException("another worker has its turn")
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    mine.run()
