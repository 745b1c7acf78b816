"""How an explanation is shown at a prompt and in a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .explanation import Explanation

MODULE_COLUMNS = {
    "module": lambda module: module["id"],
    "label": lambda module: module["label"],
    "features": lambda module: ", ".join(top["feature"] for top in module["topFeatures"]),
    "share": lambda module: module["share"],
    "present_samples": lambda module: module.get("presentSamples"),
    "p_adjusted": lambda module: (module.get("significance") or {}).get("pAdjusted"),
    "significant": lambda module: (module.get("significance") or {}).get("significant"),
    "trust": lambda module: module.get("trust"),
}


def _name(explanation: Explanation, module: dict[str, Any]) -> str:
    """The leading features; for pixels where they are in the image, since `f345` says nothing."""
    return module["label"] if explanation.summary["options"].get("image") else _features(module)


def text_of(explanation: Explanation) -> str:
    """Size and modules, one line each, as a prompt shows them."""
    data = explanation.summary["data"]
    lines = [
        f"Explanation of {data['rows']:,} samples x {data['features']:,} features, "
        f"{explanation.summary['localities']['count']} localities of {explanation.summary['localities']['size']}, "
        f"{len(explanation.summary['modules'])} modules"
    ]
    for module in explanation.summary["modules"]:
        share = f"{100 * module['share']:.1f}%"
        lines.append(f"  {module['id']:<4} {share:>6}  {_name(explanation, module)}{_judged(module)}")
    count = len(explanation.warnings)
    if count:
        lines.append(f"  {count} warning{'s' if count > 1 else ''}: see .warnings")
    return "\n".join(lines)


def html_of(explanation: Explanation) -> str:
    """The same as a table with the warnings, as a notebook shows it."""
    data = explanation.summary["data"]
    head = "".join(f"<th style='text-align:left'>{name}</th>" for name in ("module", "share", "features", ""))
    rows = "".join(
        f"<tr><td>{module['id']}</td><td>{100 * module['share']:.1f}%</td>"
        f"<td style='text-align:left'>{html.escape(_name(explanation, module))}</td>"
        f"<td style='text-align:left'>{html.escape(_judged(module).strip(' ()'))}</td></tr>"
        for module in explanation.summary["modules"]
    )
    notes = "".join(f"<li>{html.escape(text)}</li>" for text in explanation.warnings)
    noted = (
        f"<details><summary>{len(explanation.warnings)} warnings</summary><ul>{notes}</ul></details>"
        if notes
        else ""
    )
    return (
        f"<div><p><b>Explanation</b> of {data['rows']:,} samples × {data['features']:,} features</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{noted}"
        "<p><code>.view()</code> shows the map</p></div>"
    )


def _features(module: dict[str, Any], count: int = 5) -> str:
    names = [top["feature"] for top in module["topFeatures"]]
    more = f" and {len(names) - count} more" if len(names) > count else ""
    return ", ".join(names[:count]) + more


def _judged(module: dict[str, Any]) -> str:
    """What was found about a module beyond its features, in brackets."""
    significance = module.get("significance")
    words = []
    if significance is not None and not significance["significant"]:
        border = significance.get("verdict") == "border"
        words.append("significance at the border" if border else "not shown to be more than chance")
    if module.get("boundary"):
        words.append("contrast between groups")
    return f"  ({'; '.join(words)})" if words else ""
