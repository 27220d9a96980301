"""The notifier: messages to patients and to teams of ours."""

from temporalio import activity

from activities.orders import order, personal
from activities.ports import PartnerPort, PersonalRecords
from schemas.partners import Message, Sent


class Notifier:
    """Messages out; raises `PartnerError`. The notices outbox calls it outside of any workflow, too."""

    def __init__(self, client: PartnerPort, people: PersonalRecords) -> None:
        """Speak through `client`; `people` gives the name and phone of the one addressed."""
        self._client = client
        self._people = people

    @activity.defn(name="notifier.send")
    async def send(self, message: Message) -> Sent:
        """Hand over one message; the same key is delivered once."""
        addressee = None
        if message.person:
            addressee = personal(await self._people.person(message.person), "name", "phone")
        return await self._client.write("send", ("messages",), Sent, order(message, person=addressee))
