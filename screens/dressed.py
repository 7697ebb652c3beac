"""How the wizard is dressed: its look, chosen, changed while it runs, and remembered."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import Monochrome

from screens.looks import LOOKS, OWN, Look, few_colours, first_look, no_colour
from wizard.preferences import preferences, remember
from wizard.system import System
from wizard.text import Text, msg


class DressedApp(App[int]):
    """An app in one of the wizard's looks, with a palette of everything that it can do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "palette", show=False, priority=True)
    ]

    def __init__(self, system: System) -> None:
        self.machine = system
        plain = no_colour(system.env)
        super().__init__(ansi_color=plain or None)
        self.animation_level = "none"  # nothing moves by itself: SSH, tired eyes, screen readers
        if not plain:  # Textual takes an empty NO_COLOR for a set one
            self.no_color = False
            self._filters = [one for one in self._filters if not isinstance(one, Monochrome)]
        for theme in OWN:
            self.register_theme(theme)
        look = first_look(system.env, preferences(system).get("theme"))
        self.theme = look.theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give the terminal's own colours the names that our themes have beside Textual's."""
        return dict.fromkeys(("chosen", "added", "removed", "veil"), "transparent")

    @property
    def worn(self) -> Look:
        """The look that the wizard has now."""
        return next(look for look in LOOKS.values() if look.theme == self.theme)

    def wear(self, name: str) -> None:
        """Change the look, remember it, and say so."""
        look = LOOKS[name]
        if no_colour(self.machine.env):
            self.say(msg("NO_COLOR is set: the terminal's own colours stay."))
            return
        if few_colours(self.machine.env):
            self.say(msg("This terminal has sixteen colours: its own stay."))
            return
        self.theme = look.theme
        self.keep("theme", look.name, look.title)

    def keep(self, name: str, value: str, title: Text) -> None:
        """Remember what was chosen, one of `wizard.preferences.NAMES`, and say so."""
        if self.machine.demo:  # its home goes with it
            self.say(title)
        elif remember(self.machine, name, value):
            self.say(msg("{look}: remembered for the next time.", look=title))
        else:
            self.say(msg("{look}, for this time: it could not be remembered.", look=title))

    async def action_palette(self) -> None:
        """Open the command palette over a screen of the wizard; sheets have their own keys."""
        from screens.frame import Framed
        from screens.palette import WizardPalette

        if isinstance(self.screen, Framed):
            await self.push_screen(WizardPalette())

    def say(self, words: Text) -> None:
        """Show a passing message; text from outside stays text."""
        self.notify(str(words), markup=False)
