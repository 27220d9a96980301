"""The addresses of a running stack, for people."""

from rich.text import Text

from workers.settings import Settings


def addresses(settings: Settings, *, services_only: bool = False) -> Text:
    """Where to look: one address a line, with what is there; with `services_only` those of the servers alone."""
    servers = [
        f"Temporal            {settings.temporal_address}",
        f"Temporal Web UI     {settings.temporal_ui_url}/namespaces/{settings.temporal_namespace}/workflows",
        f"State and logs      {settings.journeys_state}",
    ]
    ours = [
        f"Status API          {settings.gateway_url}/journeys",
        f"API description     {settings.gateway_url}/openapi.json",
        f"Partners, played    {settings.sandbox_url}/openapi.json",
    ]
    return Text("\n".join(servers if services_only else [*ours, *servers]))
