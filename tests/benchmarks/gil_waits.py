"""The calls of the benchmark of the GIL that wait, by the names that the tables have for them.

A limit of time ends the wait, or a child that sleeps; nothing leaves the machine.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import queue
import select
import selectors
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

Call = Callable[[], object]
Make = Callable[[Path], Call]  # for a thread of its own, with a folder of its own

WAIT: Final = 0.02  # seconds
SLEEPER: Final = ["sleep", str(WAIT)]
TIMEVAL: Final = struct.pack("ll", 0, int(WAIT * 1e6))


def deaf(kind: socket.SocketKind = socket.SOCK_STREAM) -> tuple[socket.socket, socket.socket]:
    """A pair of connected sockets on which nothing comes: the kernel ends the wait."""
    pair = socket.socketpair(socket.AF_UNIX, kind)
    for name in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        pair[0].setsockopt(socket.SOL_SOCKET, name, TIMEVAL)
    return pair


def in_vain(call: Call, *errors: type[BaseException]) -> Call:
    """The call, which ends with one of the errors."""

    def run() -> None:
        with suppress(OSError, *errors):
            call()

    return run


def at_socket(make: Callable[[socket.socket], Call]) -> Make:
    def made(_: Path) -> Call:
        ours, theirs = deaf()
        call = make(ours)
        return in_vain(lambda: (call(), ours, theirs))

    return made


def accepting(_: Path) -> Call:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, TIMEVAL)
    return in_vain(listener.accept)


def polling(_: Path) -> Call:
    ours, theirs = deaf()
    poll = select.poll()
    poll.register(ours, select.POLLIN)
    return lambda: (poll.poll(WAIT * 1000), ours, theirs)


def epolling(_: Path) -> Call:
    ours, theirs = deaf()
    poll = select.epoll()
    poll.register(ours, select.EPOLLIN)
    return lambda: (poll.poll(WAIT), ours, theirs)


def selecting(_: Path) -> Call:
    ours, theirs = deaf()
    selector = selectors.EpollSelector()
    selector.register(ours, selectors.EVENT_READ)
    return lambda: (selector.select(WAIT), theirs)


def locked(_: Path) -> Call:
    lock = threading.Lock()
    lock.acquire()
    return partial(lock.acquire, timeout=WAIT)


def on_condition(make: Callable[[threading.Condition], Call]) -> Make:
    def made(_: Path) -> Call:
        condition = threading.Condition()
        call = make(condition)

        def run() -> None:
            with condition:
                call()

        return run

    return made


def at_barrier(_: Path) -> Call:
    def run() -> None:
        with suppress(threading.BrokenBarrierError):
            threading.Barrier(2).wait(WAIT)

    return run


def joining(_: Path) -> Call:
    thread = threading.Thread(target=time.sleep, args=(600,), daemon=True)
    thread.start()
    return partial(thread.join, WAIT)


def full(_: Path) -> Call:
    waiting = queue.Queue[int](1)
    waiting.put(0)
    return in_vain(partial(waiting.put, 1, timeout=WAIT), queue.Full)


def over_pipe(make: Callable[..., Call]) -> Make:
    def made(_: Path) -> Call:
        ours, theirs = multiprocessing.Pipe()
        call = make(ours)
        return lambda: (call(), theirs)

    return made


def child(then: Callable[[subprocess.Popen[bytes]], object]) -> Make:
    return lambda _: lambda: then(subprocess.Popen(SLEEPER))


WAITING: Final[dict[str, Make]] = {
    "time.sleep": lambda _: partial(time.sleep, WAIT),
    "select.select": at_socket(lambda s: partial(select.select, [s], [], [], WAIT)),
    "select.poll.poll": polling,
    "select.epoll.poll": epolling,
    "selectors.EpollSelector.select": selecting,
    "threading.Lock.acquire": locked,
    "threading.Condition.wait": on_condition(lambda c: partial(c.wait, WAIT)),
    "threading.Condition.wait_for": on_condition(
        lambda c: partial(c.wait_for, lambda: False, WAIT)
    ),
    "threading.Event.wait": lambda _: partial(threading.Event().wait, WAIT),
    "threading.Semaphore.acquire": lambda _: partial(threading.Semaphore(0).acquire, timeout=WAIT),
    "threading.Barrier.wait": at_barrier,
    "threading.Thread.join": joining,
    "queue.Queue.get": lambda _: in_vain(partial(queue.Queue().get, timeout=WAIT), queue.Empty),
    "queue.Queue.put": full,
    "queue.SimpleQueue.get": lambda _: in_vain(
        partial(queue.SimpleQueue().get, timeout=WAIT), queue.Empty
    ),
    "concurrent.futures.wait": lambda _: partial(
        concurrent.futures.wait, [concurrent.futures.Future()], WAIT
    ),
    "concurrent.futures.Future.result": lambda _: in_vain(
        partial(concurrent.futures.Future().result, WAIT), concurrent.futures.TimeoutError
    ),
    "multiprocessing.connection.Connection.poll": over_pipe(lambda c: partial(c.poll, WAIT)),
    "multiprocessing.synchronize.Semaphore.acquire": lambda _: partial(
        multiprocessing.Semaphore(0).acquire, timeout=WAIT
    ),
    "signal.sigtimedwait": lambda _: partial(signal.sigtimedwait, [signal.SIGUSR2], WAIT),
    "socket.socket.accept": accepting,
    "socket.socket.recv": at_socket(lambda s: partial(s.recv, 1)),
    "socket.socket.recv_into": at_socket(lambda s: partial(s.recv_into, bytearray(1))),
    "socket.socket.recvfrom": at_socket(lambda s: partial(s.recvfrom, 1)),
    "socket.socket.sendall": at_socket(lambda s: partial(s.sendall, bytes(1 << 24))),
    "os.read": at_socket(lambda s: partial(os.read, s.fileno(), 1)),
    "os.system": lambda _: partial(os.system, " ".join(SLEEPER)),
    "os.waitpid": child(lambda c: os.waitpid(c.pid, 0)),
    "subprocess.run": lambda _: partial(subprocess.run, SLEEPER),
    "subprocess.call": lambda _: partial(subprocess.call, SLEEPER),
    "subprocess.check_output": lambda _: partial(subprocess.check_output, SLEEPER),
    "subprocess.Popen.wait": child(lambda c: c.wait()),
    "subprocess.Popen.communicate": child(lambda c: c.communicate()),
}
