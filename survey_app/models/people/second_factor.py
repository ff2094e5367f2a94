"""What people hold besides their password: an authenticator, and recovery codes for when it is lost."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import WITHOUT_ORDER, Base


class SecondFactor(Base):
    """The secret that a person's authenticator shares with us, sealed; `confirmed_at` once it gave a code."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0, doc="the half minute of the newest code that was taken")

    @property
    def context(self) -> str:
        """What the secret is sealed with."""
        return f"second factor of person {self.person_id}"


class RecoveryCode(Base):
    """A code that lets in once in the place of an authenticator's. Used is deleted; only its hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (WITHOUT_ORDER,)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
