"""Text that starts `watch` with a session, or looks at each prompt; the user puts it in place.

The hook compares two files of the kernel's and the resolver's inside the shell itself: a prompt
must not wait for Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

_SIGN = "$(cat /proc/net/route /etc/resolv.conf 2>/dev/null | cut -f1-3 | cksum)"
_WORD = "gomod-wizard: the network changed; gomod-wizard check says what no longer holds"

_POSIX = f"""\
_gomod_wizard_moved() {{
  local now="{_SIGN}"
  if [ -n "$_GOMOD_WIZARD_HERE" ] && [ "$now" != "$_GOMOD_WIZARD_HERE" ]; then
    printf '%s\\n' '{_WORD}' >&2
  fi
  _GOMOD_WIZARD_HERE="$now"
}}
"""

HOOKS: Mapping[str, str] = {
    "bash": '# ~/.bashrc: eval "$(gomod-wizard watch --hook bash)"\n'
    + _POSIX
    + 'PROMPT_COMMAND="_gomod_wizard_moved${PROMPT_COMMAND:+; $PROMPT_COMMAND}"',
    "zsh": '# ~/.zshrc: eval "$(gomod-wizard watch --hook zsh)"\n'
    + _POSIX
    + "autoload -Uz add-zsh-hook\nadd-zsh-hook precmd _gomod_wizard_moved",
    "fish": f"""\
# ~/.config/fish/config.fish: gomod-wizard watch --hook fish | source
function _gomod_wizard_moved --on-event fish_prompt
  set --local now (cat /proc/net/route /etc/resolv.conf 2>/dev/null | cut -f1-3 | cksum)
  if set --query _gomod_wizard_here; and test "$now" != "$_gomod_wizard_here"
    echo '{_WORD}' >&2
  end
  set --global _gomod_wizard_here $now
end""",
}
"""Shell → the lines that its start file evaluates."""


def systemd_quoted(text: str) -> str:
    """Return one word of an ExecStart line (systemd.service(5), Command lines; systemd.unit(5))."""
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        text = text.replace(plain, written)
    return f'"{text}"'


def systemd_unit(project: Path) -> str:
    """Return a unit of the user's own systemd."""
    return f"""\
# ~/.config/systemd/user/gomod-wizard.service, then:
#   systemctl --user enable --now gomod-wizard.service
# It does not see the proxy of your shell, unless before that:
#   systemctl --user import-environment HTTP_PROXY HTTPS_PROXY NO_PROXY
[Unit]
Description=Say when the network no longer fits what gomod-wizard set up
Documentation=man:gomod-wizard(1)

[Service]
ExecStart=/usr/bin/env gomod-wizard watch --notify --project {systemd_quoted(str(project))}
Restart=on-failure
RestartSec=30
NoNewPrivileges=yes

[Install]
WantedBy=default.target"""


def launchd_agent(project: Path) -> str:
    """Return an agent of the user's own launchd."""
    words = ("/usr/bin/env", "gomod-wizard", "watch", "--notify", "--project", str(project))
    argv = "\n".join(f"    <string>{escape(word)}</string>" for word in words)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<!-- ~/Library/LaunchAgents/gomod-wizard.plist, then: launchctl load that file -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>gomod-wizard.watch</string>
  <key>ProgramArguments</key>
  <array>
{argv}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
</dict>
</plist>"""


UNITS: Mapping[str, Callable[[Path], str]] = {"systemd": systemd_unit, "launchd": launchd_agent}
"""Service manager → the unit for a project."""
