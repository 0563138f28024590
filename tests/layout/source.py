"""C source text for the layout checks: files of a tree, text without comments, functions and their lengths."""
import pathlib
import re

# Comments, strings, characters; whatever comes first wins.
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
SKIPPED = ('build', '.git', '.cache', '__pycache__', 'automl-store')


def files(root, folders, suffixes=('.c', '.h')):
    """Paths below root/folder, relative to root, sorted; suffixes None: all files."""
    root = pathlib.Path(root)
    found = [p for folder in folders for p in (root / folder).rglob('*') if suffixes is None or p.suffix in suffixes]
    paths = [p.relative_to(root) for p in found if p.is_file()]
    return sorted(p for p in paths if not any(part.startswith(SKIPPED) for part in p.parts[:-1]))


def read(root, path):
    return (pathlib.Path(root) / path).read_text(encoding='utf-8')


def is_written_by_a_script(text):
    return re.search(r'\bwritten by \S+\.py\b', text.split('\n', 1)[0], re.I) is not None


def _blank(text):
    return re.sub(r'[^\n]', ' ', text)


def without_comments(text):
    """Same length and lines; comments are spaces."""
    return TOKEN.sub(lambda m: _blank(m[0]) if m[0].startswith('/') else m[0], text)


def code_only(text):
    """Same length and lines; comments and the content of strings are spaces."""
    return TOKEN.sub(lambda m: _blank(m[0]) if m[0].startswith('/') else m[0][0] + _blank(m[0][1:-1]) + m[0][-1], text)


def strings(text):
    """(line, content) of every string literal outside comments and #include."""
    for m in TOKEN.finditer(text):
        start = text.rfind('\n', 0, m.start()) + 1
        if m[0].startswith('"') and not text[start:m.start()].lstrip().startswith('#include'):
            yield line_of(text, m.start()), m[0][1:-1]


def line_of(text, position):
    return text.count('\n', 0, position) + 1


def includes(text):
    """(line, is_system, name) of every #include."""
    for m in INCLUDE.finditer(without_comments(text)):
        yield line_of(text, m.start()), m[1] == '<', m[2]


def functions(text):
    """(name, first line, lines) of every function, from the first line of its head to its closing brace.

    Relies on the layout that clang-format gives: the body's braces stand alone in the first column.
    """
    lines = code_only(text).split('\n')
    for i, line in enumerate(lines):
        if line.rstrip() != '{' or i == 0:
            continue
        first = i
        while first > 0 and lines[first - 1].strip() and not lines[first - 1].startswith(('#', '}')) \
                and not lines[first - 1].rstrip().endswith(';'):
            first -= 1
        end = next(j for j in range(i, len(lines)) if lines[j].startswith('}'))
        name = re.search(r'(\w+)\s*\(', ' '.join(lines[first:i]))
        yield name[1] if name else '?', first + 1, end - first + 1
