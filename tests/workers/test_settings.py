"""Settings: environment first, then what the embedded stack wrote, then defaults."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from schemas.partners import PartnerName
from workers.settings import Settings


def test_the_environment_comes_before_what_the_stack_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable points the same code at another server; the rest stays with the stack."""
    (tmp_path / "stack.toml").write_text(
        'temporal_address = "127.0.0.1:1"\ngateway_url = "http://127.0.0.1:2"\n', encoding="utf-8"
    )
    monkeypatch.setenv("JOURNEYS_STATE", str(tmp_path))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    settings = Settings()
    assert settings.temporal_address == "temporal.example:7233"
    assert settings.gateway_url == "http://127.0.0.1:2"


def test_a_partner_has_its_own_address_or_its_place_in_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """PARTNER_URLS moves one partner, the others stay played."""
    monkeypatch.setenv("PARTNER_URLS", '{"insurer": "https://core.example"}')
    settings = Settings(sandbox_url="http://127.0.0.1:8090")
    assert settings.partner_url(PartnerName.INSURER) == "https://core.example"
    assert settings.partner_url(PartnerName.COURIER) == "http://127.0.0.1:8090/courier"


def test_secrets_do_not_show() -> None:
    """Printing settings gives nothing away."""
    settings = Settings(database_url=SecretStr("postgresql://u:hunter2@h/d"), partner_token=SecretStr("hunter2"))
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(("name", "value"), [("LOG_FORMAT", "xml"), ("LOG_LEVEL", "loud")])
def test_a_setting_out_of_range_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the field."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()
