"""Values of the stream as JSON: no secret, no credentials, units in the key names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import PurePath
from typing import Any

from wizard.rules.credentials import mask_credentials
from wizard.rules.proxy_url import ProxyUrl
from wizard.secret import MASK, Secret
from wizard.text import Msg


def to_json(value: object) -> Any:
    """Return `value` as what `json.dumps` takes.

    Secrets become `***`, credentials inside URLs are masked, sentences are shown in the
    current language. Raises TypeError for a type that has no JSON form.
    """
    if isinstance(value, float):
        return round(value, 3)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, ProxyUrl | Msg | PurePath):
        return mask_credentials(str(value))
    if isinstance(value, str):
        return mask_credentials(value)
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item) for item in value]
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"no JSON form for {type(value).__name__}")


def document(name: str, at: datetime, **keys: object) -> dict[str, Any]:
    """Return the JSON document of the command `name` with its schema and time."""
    return {
        "schema": f"gomod-wizard/{name}/1",
        "generated_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        **{key: to_json(value) for key, value in keys.items()},
    }
