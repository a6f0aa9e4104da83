"""How much the log says, and whether it is written for programs or for people."""

from __future__ import annotations

from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class LogSettings(BaseSettings):
    """Read from NEUROLIST_LOG_LEVEL and NEUROLIST_LOG_FORMAT."""

    model_config = SettingsConfigDict(env_prefix="NEUROLIST_", frozen=True, extra="ignore")

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "plain"] = "json"
