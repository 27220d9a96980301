"""Settings of every process: environment variables first, then what a running embedded stack wrote, then defaults."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from audit.archive.entry import StoreName
from console.working_hours import DEFAULT_HOURS, working_hours
from schemas.partners import PartnerName

DEFAULT_STATE = Path(".journeys")


def _hours(text: str) -> str:
    working_hours(text)
    return text


class Settings(BaseSettings):
    """Where the servers are and how we speak to them. `TEMPORAL_ADDRESS`, `DATABASE_URL` … override each field."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_nested_delimiter="__")

    journeys_state: Path = DEFAULT_STATE
    """Folder of the embedded stack: data, logs, secrets and `stack.toml` with its addresses."""
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_ui_url: str = ""
    database_url: SecretStr = SecretStr("postgresql://127.0.0.1:5432/journeys")
    sandbox_database_url: SecretStr = SecretStr("postgresql://127.0.0.1:5432/sandbox")
    gateway_url: str = "http://127.0.0.1:8080"
    sandbox_url: str = ""
    partner_urls: dict[PartnerName, str] = Field(default_factory=dict)
    """Base URL of each partner, e.g. PARTNER_URLS='{"insurer": "https://…"}'."""
    partner_token: SecretStr = SecretStr("")
    """Bearer token we show to partners."""
    key_ring_file: str = ""
    """File with the key ring, readable for its owner alone: `journeys privacy keys new` makes one."""
    key_ring: SecretStr = SecretStr("")
    """The content of such a file, where there is none: as JSON, or that in base64."""
    codec_engineers: dict[str, SecretStr] = Field(default_factory=dict)
    """Who may see plain payloads in the Temporal Web UI: opaque id and bearer token of each."""
    signing_key_file: str = ""
    """File with the Ed25519 key that signs bundles of evidence: `journeys audit signing-key` makes one."""
    webhook_secret: SecretStr = SecretStr("")
    """Standard Webhooks secret (`whsec_…`) that partners sign call-backs with."""
    working_hours: Annotated[str, AfterValidator(_hours)] = DEFAULT_HOURS
    """When people work on working days, in China; what `--due-within 4wh` counts."""
    archive_store: StoreName = StoreName.POSTGRES
    """Where histories of closed runs go from now on; those that are archived stay where they are."""
    archive_folder: str = ""
    """Of the folder store; it has to exist."""
    archive_s3_bucket: str = ""
    archive_s3_prefix: str = ""
    archive_s3_endpoint: str = ""
    """URL of an S3-compatible store that is not Amazon's."""
    archive_s3_region: str = ""
    archive_s3_access_key: SecretStr = SecretStr("")
    archive_s3_secret_key: SecretStr = SecretStr("")
    archive_s3_plain_http: bool = False
    """Without TLS: for a store on the same machine."""
    log_format: str = Field(default="console", pattern="^(console|json)$")
    log_level: str = Field(default="INFO", pattern="^(?i:debug|info|warning|error|critical)$")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before the embedded stack's own file; no .env files."""
        del dotenv_settings
        named = (env_settings() | init_settings()).get("journeys_state", DEFAULT_STATE)
        written = TomlConfigSettingsSource(settings_cls, Path(named) / "stack.toml")
        return init_settings, env_settings, file_secret_settings, written

    def partner_url(self, partner: PartnerName) -> str:
        """Base URL of `partner`: its own, else its place in the sandbox."""
        return self.partner_urls.get(partner) or f"{self.sandbox_url}/{partner}"
