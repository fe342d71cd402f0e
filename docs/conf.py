"""How Sphinx builds the pages of this folder as a site (`make docs-site`), and the page of the commands as a man page (`make man`)."""

from docutils import nodes
from sphinx.application import Sphinx

import reftel

project = "reftel"
copyright = "reftel's authors"  # noqa: A001 - Sphinx's name
version = release = reftel.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
exclude_patterns = ["examples"]
source_suffix = {".md": "markdown"}

myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": False}
default_role = "code"  # `name` in a docstring, as in the pages

html_theme = "furo"
html_title = f"reftel {release}"
html_show_sphinx = False
html_copy_source = False

man_pages = [("command-line", "reftel", "full-text search and faceted retrieval over diplomatic-cable archives", [], 1)]


def setup(app: Sphinx) -> None:
    """A man page has no other pages to link to: there a link is its text."""

    def unlinked(app: Sphinx, tree: nodes.document, _page: str) -> None:
        if app.builder.name == "man":
            for link in list(tree.findall(nodes.reference)):
                link.replace_self(link.children)

    app.connect("doctree-resolved", unlinked)
