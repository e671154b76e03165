"""Words for a wait that ended without an offer, in notifications and mails alike."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from shared.data.ended_waits import EndedWait
from shared.domain.booking_texts import day_and_time, day_time_and_zone
from shared.domain.names import presentable
from shared.domain.platform_settings import local_zone
from shared.texts import texts


@dataclass(frozen=True)
class EndedWaitTexts:
    """The texts about an ended wait, in the student's language and time zone."""

    wait: EndedWait

    def say(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in. Raises KeyError."""
        return texts(self.wait.language)[key].format(**values)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.wait.time_zone or local_zone().key)

    @property
    def tutor(self) -> str:
        names = presentable(self.wait.tutor_first_name), presentable(self.wait.tutor_last_name)
        return " ".join(filter(None, names)) or self.say("nameless.tutor")

    @property
    def when(self) -> str:
        """A time for a notification; a zone other than the platform's is named."""
        return day_and_time(self.wait.starts_at, self._zone, self.wait.language)

    @property
    def when_and_zone(self) -> str:
        """A time for a mail, which is read anywhere, so the zone is always named."""
        return f"{day_time_and_zone(self.wait.starts_at, self._zone, self.wait.language)}, {self.minutes}"

    @property
    def minutes(self) -> str:
        """Such as "60 min"."""
        return self.say("minutes", number=round((self.wait.ends_at - self.wait.starts_at).total_seconds() / 60))

    @property
    def kind_and_form(self) -> str:
        """Such as "zajęcia indywidualne, online"."""
        return f"{self.say(f'kind.{self.wait.kind}')}, {self.say(f'form.{self.wait.form}')}"

    @property
    def summary(self) -> str:
        """The event, with its tutor and time."""
        return f"{self.say(f'waitlist_{self.wait.state}.headline')}: {self.tutor}, {self.when}"

    @property
    def sentence(self) -> str:
        """The same with the kind of session, and why the student waits no longer."""
        why = self.say(f"waitlist_{self.wait.state}.sentence")
        return f"{self.summary} ({self.kind_and_form}, {self.minutes}). {why}"
