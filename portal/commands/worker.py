"""`flask worker`: due dates, retention and mail. `make run` starts one beside the server; several are safe."""

import signal

import click
from flask import Flask
from flask.cli import with_appcontext

from portal.commands.plain import PlainCommand
from portal.services import notices
from portal.services.parts import Parts
from portal.services.worker import JOBS, Worker
from portal.web.mail_words import words
from portal.web.parts import parts


@click.command(cls=PlainCommand)
@click.option("--once", is_flag=True, help="Do one round and end.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Do what is due, every minute: erase what is over, finish erasures, send notices."""
    mine = _worker(parts())
    if once:
        if not mine.work():
            raise click.ClickException("another worker has its turn")
        return
    _run(mine)


def work(app: Flask, parent: int) -> None:
    """Be `app`'s worker until SIGTERM or SIGINT, or until `parent` is no longer the parent of this process."""
    with app.app_context():
        _run(_worker(parts(), parent))


def _worker(mine: Parts, parent: int | None = None) -> Worker:
    jobs = {
        **JOBS,
        "look": notices.look,
        "mail": lambda mine: notices.send_waiting(mine, words),
    }
    return Worker(mine, jobs, parent=parent)


def _run(worker: Worker) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop.set())
    worker.run()
