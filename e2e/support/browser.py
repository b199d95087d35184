"""As much of a browser as a sign-in page without scripts needs: forms, cookies, redirects within the server."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from support.server import Demo


class Form(HTMLParser):
    """The first form of a page: where it posts to, its named fields and their types."""

    def __init__(self, page: str):
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self._inside = self._seen = self._pressed = False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attribute = dict(attributes)
        if tag == "form" and not self._seen:
            self._inside = self._seen = True
            self.action = attribute.get("action") or ""
        elif self._inside and tag in ("input", "button"):
            kind = attribute.get("type", "submit" if tag == "button" else "text")
            # Of several buttons, a person presses the first; the others are not sent.
            is_sent = kind != "submit" or not self._pressed
            self._pressed = self._pressed or kind == "submit"
            if is_sent and attribute.get("name"):
                self.fields[attribute["name"]] = attribute.get("value") or ""
                self.types[attribute["name"]] = kind

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False

    def fill(self, values_by_type: dict[str, str]) -> dict[str, str]:
        """The fields to post, with a value for each field of the given types."""
        return {name: values_by_type.get(self.types[name], value) for name, value in self.fields.items()}


class Browser:
    """Follows redirects as long as they stay on the server; remembers the first one that leaves it."""

    def __init__(self, demo: Demo):
        self._client = httpx.Client(verify=demo.tls)
        self._origin = urlsplit(demo.authority).netloc
        self.page = ""
        self.status = 0
        self.url = ""
        self.left_to: dict[str, str] = {}
        """Query of the redirect that left the server, such as `code` and `state`."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.close()

    def open(self, url: str, **parameters: str) -> None:
        self._follow(self._client.get(url, params=parameters or None))

    def submit(self, **values_by_type: str) -> None:
        """Fills the page's form, by the types of its fields, and sends it."""
        form = Form(self.page)
        assert form.fields, f"a page with a form, not: {self.page}"
        self._follow(self._client.post(urljoin(self.url, form.action), data=form.fill(values_by_type)))

    def _follow(self, answer: httpx.Response) -> None:
        for _ in range(10):
            self.url, self.status, self.page = str(answer.url), answer.status_code, answer.text
            if not answer.is_redirect:
                return
            target = urljoin(self.url, answer.headers["location"])
            if urlsplit(target).netloc != self._origin:
                self.left_to = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
                return
            answer = self._client.get(target)
        raise AssertionError("more than ten redirects")
