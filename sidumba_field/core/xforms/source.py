"""The XML of a form, opened in one language: its instance, its words, and how it names things.

What the readers of the model (reader.py) and of the body (body.py) share. Entities, DTDs and the network are off: a
form may come from anybody's Excel sheet.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms import texts
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.refs import Names, Scope
from sidumba_field.core.xforms.texts import EMPTY, Text

XF = "{http://www.w3.org/2002/xforms}"
XHTML = "{http://www.w3.org/1999/xhtml}"
JR = "{http://openrosa.org/javarosa}"
SF_URI = "urn:sidumba-field:xforms:1"
SF = "{" + SF_URI + "}"


def parse_safely(xml: str) -> Any:
    """Return the root element. Raises SidumbaError form.unreadable with libxml2's line and reason."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(xml.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise SidumbaError("form.unreadable", reason=str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SidumbaError("form.unreadable", reason="a DTD has no place in a form")
    return root


def local(element: Any) -> str:
    """Return an element's name without namespace."""
    return str(etree.QName(element).localname)


class Source:
    """See the module. ``template``: the primary instance without namespaces; ``secondary``: choice lists inside the
    form by id; ``external``: ids of lists in files; ``itexts``: words of this language by id.

    Raises SidumbaError form.unreadable, form.unknown_path (a path outside the instance), form.bad_expression.
    """

    def __init__(self, xml: str, language: str) -> None:
        self.html = parse_safely(xml)
        model = self.html.find(f".//{XF}model")
        primary = model.find(f"{XF}instance") if model is not None else None
        if model is None or primary is None or len(primary) != 1:
            raise SidumbaError("form.unreadable", reason="no model with one primary instance")
        self.model = model
        self.instance = primary[0]
        self.root = local(self.instance)
        self.languages = tuple(t.get("lang") or "" for t in model.findall(f"{XF}itext/{XF}translation"))
        self.language = self.choose_language(language)
        self.repeats = frozenset(
            self.names(r.get("nodeset") or "") for r in self.html.iter(f"{XF}repeat") if r.get("nodeset")
        )
        self.template = self.read_template()
        self.external: set[str] = set()
        self.types: dict[Names, str] = {
            self.names(b.get("nodeset") or ""): (b.get("type") or "string").split(":")[-1]
            for b in model.findall(f"{XF}bind")
        }
        self.secondary: dict[str, Any] = {}
        for extra in model.findall(f"{XF}instance")[1:]:
            if extra.get("src"):
                self.external.add(extra.get("id") or "")
            else:
                self.secondary[extra.get("id") or ""] = _plain(extra)
        self.itexts = self.read_itexts()

    def choose_language(self, wanted: str) -> str:
        if not self.languages:
            return wanted
        for name in self.languages:
            if wanted and wanted in (name, texts.language_code(name)):
                return name
        if wanted:
            raise SidumbaError("form.unreadable", reason=f"no language {wanted!r} in this form")
        for translation in self.model.findall(f"{XF}itext/{XF}translation"):
            if translation.get("default") is not None:
                return translation.get("lang") or ""
        return self.languages[0]

    def names(self, path: str) -> Names:
        """Return template names of an absolute path like /data/usaha/nama."""
        parts = path.strip().strip("/").split("/")
        if not parts or parts[0] != self.root:
            raise SidumbaError("form.unknown_path", path=path)
        return tuple(part.split(":")[-1] for part in parts[1:])

    def scope(self, names: Names = ()) -> Scope:
        return Scope(self.root, names, self.repeats, self.types, frozenset(self.external))

    def read_template(self) -> Any:
        """Return a copy of the primary instance without namespaces, one row per repeat (its template)."""
        root = _plain(self.instance)
        for names in sorted(self.repeats, key=len):
            for parent in _find_all(root, names[:-1]):
                rows = parent.findall(names[-1])
                keep = next(
                    (row for row in rows if row.get("template") is not None), rows[0] if rows else None
                )
                for row in rows:
                    if row is not keep:
                        parent.remove(row)
        for element in root.iter():
            element.attrib.clear()
        return root

    def read_itexts(self) -> dict[str, Text]:
        found: dict[str, Text] = {}
        for translation in self.model.findall(f"{XF}itext/{XF}translation"):
            if translation.get("lang") != self.language:
                continue
            for text in translation.findall(f"{XF}text"):
                value = next((v for v in text.findall(f"{XF}value") if v.get("form") is None), None)
                name = text.get("id") or ""
                if value is not None:
                    found[name] = texts.from_element(value, self.scope(self.owner(name)))
        return found

    def owner(self, itext_id: str) -> Names:
        """Return the question an itext id speaks of ("/data/a/b:label"), () for choices."""
        if not itext_id.startswith(f"/{self.root}/"):
            return ()
        return self.names(itext_id.split(":", 1)[0])

    def text(self, raw: str | None, names: Names) -> Text:
        """Return the text of an attribute: an itext reference or plain words."""
        if not raw:
            return EMPTY
        found = texts.text_id(raw)
        if found is None:
            return texts.from_attribute(raw, self.scope(names))
        return self.itexts.get(found, EMPTY)

    def expression(self, raw: str | None, names: Names, rule: str) -> Expression | None:
        if raw is None or not raw.strip():
            return None
        try:
            return Expression(raw, self.scope(names))
        except SidumbaError as error:
            if error.code not in ("form.bad_expression", "form.unsupported"):
                raise
            raise SidumbaError(
                error.code, **{**error.params, "path": "/".join(names), "rule": rule}
            ) from error

    def spoken(self, sf: dict[str, str], attribute: str) -> str | None:
        """Return a column of ours in this language ("warningMsg.en"), else the one without a language."""
        return sf.get(f"{attribute}.{texts.language_code(self.language)}", sf.get(attribute))


def _plain(element: Any) -> Any:
    """Return a deep copy without namespaces in names, so that form expressions find their nodes."""
    copy = etree.Element(local(element))
    copy.text = element.text if len(element) == 0 else None
    for key, value in element.attrib.items():
        copy.set(str(etree.QName(str(key)).localname), str(value))
    for child in element:
        copy.append(_plain(child))
    return copy


def _find_all(root: Any, names: Names) -> list[Any]:
    return [root] if not names else list(root.findall("/".join(names)))


def names_of(element: Any) -> Names:
    """Return the template names of an element of the instance, () for its root."""
    found = [element.tag]
    found.extend(ancestor.tag for ancestor in element.iterancestors())
    return tuple(reversed(found[:-1]))
