"""Which channel carries letters here, by the settings or by the name an earlier attempt wrote down."""

from __future__ import annotations

from pathlib import Path

from flows.outbox.channel import Channel
from flows.outbox.settings import ChannelName, OutboxSettings
from flows.outbox.to_files import FOLDER, ConsoleChannel, FileChannel


def channel_named(name: ChannelName, settings: OutboxSettings, home: Path) -> Channel:
    """Open a channel; nothing is written or connected yet."""
    if name is ChannelName.SMTP:
        from flows.outbox.by_smtp import SmtpChannel  # a line to a mail server takes a while to load

        return SmtpChannel(settings)
    return (ConsoleChannel if name is ChannelName.CONSOLE else FileChannel)(home / FOLDER)
