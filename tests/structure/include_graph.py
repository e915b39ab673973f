#!/usr/bin/env python3
"""Holds the real include graph of src/ against what each folder's CMakeLists.txt declares.

Fails on a folder or header cycle, on an include that no USES (followed through) allows, on an include that names no
file, and on a folder that uses one below it in the order of src/CMakeLists.txt. Tests may also use TEST_USES.
"""
import argparse
import pathlib
import re
import sys

import tidy

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
MODULE = re.compile(r'leat_module\(\s*([\w/]+)([^)]*)\)')
ORDER = re.compile(r'foreach\(folder ([^)]*)\)')
KEYWORDS = {"USES", "LINK", "TEST_LINK", "TEST_USES", "PARTS", "THREADED"}
# What users include is the C++ face of this folder.
PUBLIC_FOLDER = "streams"


def without_comments(text):
    return re.sub(r"#[^\n]*", "", text)


def parse_module(text):
    """Returns (name, {keyword: [folder...]}) of the leat_module call in a CMakeLists.txt, or None."""
    found = MODULE.search(without_comments(text))
    if not found:
        return None
    lists, current = {keyword: [] for keyword in KEYWORDS}, None
    for word in found.group(2).split():
        if word in KEYWORDS:
            current = word
        elif current:
            lists[current].append(word)
    return found.group(1), lists


class Graph:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.src = self.root / "src"
        self.uses, self.test_uses = {}, {}
        self.problems = []
        self.edges = {}  # (folder, folder) -> [(file, include, is_test)]
        self.includes = {}  # header -> [header]
        self.read_declarations()
        self.read_includes()

    def read_declarations(self):
        for cmake in sorted(self.src.rglob("CMakeLists.txt")):
            folder = cmake.parent.relative_to(self.src).as_posix()
            if folder == ".":
                continue
            module = parse_module(cmake.read_text())
            if not module:
                self.problems.append(f"src/{folder}/CMakeLists.txt: no leat_module call")
                continue
            if module[0] != folder:
                self.problems.append(f"src/{folder}/CMakeLists.txt: leat_module is called {module[0]}, not {folder}")
            self.uses[folder] = module[1]["USES"]
            self.test_uses[folder] = module[1]["TEST_USES"]

    def folder_of(self, relative):
        if relative.startswith("include/"):
            return PUBLIC_FOLDER
        path = pathlib.PurePosixPath(relative).relative_to("src").parent
        while path.as_posix() != ".":
            if path.as_posix() in self.uses:
                return path.as_posix()
            path = path.parent
        return None

    def resolve(self, include):
        for base in ("src", "include"):
            if (self.root / base / include).is_file():
                return f"{base}/{include}"
        return None

    def read_includes(self):
        files = [p for base in ("src", "include") for p in (self.root / base).rglob("*") if p.suffix in (".h", ".cc")]
        for path in sorted(files):
            name = path.relative_to(self.root).as_posix()
            folder = self.folder_of(name)
            if folder is None:
                self.problems.append(f"{name}: in no folder with a leat_module")
                continue
            for include in INCLUDE.findall(path.read_text(errors="replace")):
                target = self.resolve(include)
                if target is None:
                    self.problems.append(f'{name}: "{include}" names no file below src/ or include/')
                    continue
                self.includes.setdefault(name, []).append(target)
                to = self.folder_of(target)
                if to is not None and to != folder:
                    is_test = tidy.is_test(name)
                    self.edges.setdefault((folder, to), []).append((name, include, is_test))

    def reachable(self, start):
        seen, todo = set(), list(start)
        while todo:
            folder = todo.pop()
            if folder not in seen:
                seen.add(folder)
                todo.extend(self.uses.get(folder, []))
        return seen

    def check(self):
        self.check_order()
        for (folder, to), places in sorted(self.edges.items()):
            allowed = self.reachable(self.uses.get(folder, []))
            for_tests = allowed | self.reachable(self.test_uses.get(folder, []))
            for name, include, is_test in places:
                if to not in (for_tests if is_test else allowed):
                    self.problems.append(
                        f'{name}: includes "{include}", but src/{folder}/CMakeLists.txt does not list {to} in USES'
                        + (" or TEST_USES" if is_test else ""))
        folder_graph = {f: list(uses) for f, uses in self.uses.items()}
        for (folder, to), places in self.edges.items():
            if any(not is_test for _, _, is_test in places):
                folder_graph.setdefault(folder, []).append(to)
        self.report_cycle("folders", folder_graph)
        self.report_cycle("files", self.includes)
        return self.problems

    def check_order(self):
        top = self.src / "CMakeLists.txt"
        order = ORDER.search(without_comments(top.read_text())) if top.is_file() else None
        if not order:
            self.problems.append("src/CMakeLists.txt: no foreach(folder ...) that says the order of folders")
            return
        place = {folder: i for i, folder in enumerate(order.group(1).split())}
        for folder, uses in sorted(self.uses.items()):
            if folder not in place:
                self.problems.append(f"src/CMakeLists.txt: does not name {folder}")
            for used in uses:
                if used not in self.uses:
                    self.problems.append(f"src/{folder}/CMakeLists.txt: uses {used}, which is no folder of src/")
                elif place.get(used, -1) >= place.get(folder, len(place)):
                    self.problems.append(f"src/{folder}/CMakeLists.txt: uses {used}, which stands after {folder} "
                                         "in src/CMakeLists.txt")

    def report_cycle(self, what, graph):
        state, path = {}, []

        def visit(node):
            state[node] = "open"
            path.append(node)
            for to in graph.get(node, []):
                if state.get(to) == "open":
                    cycle = path[path.index(to):] + [to]
                    self.problems.append(f"cycle of {what}: " + " -> ".join(cycle))
                elif to not in state:
                    visit(to)
            path.pop()
            state[node] = "done"

        for node in sorted(graph):
            if node not in state:
                visit(node)

    def print(self):
        for folder in sorted(self.uses):
            real = sorted({to for (f, to), places in self.edges.items()
                           if f == folder and any(not t for _, _, t in places)})
            tests = sorted({to for (f, to) in self.edges if f == folder} - set(real))
            print(f"{folder:14} -> {' '.join(real) or '(nothing)'}" + (f"   tests: {' '.join(tests)}" if tests else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--print", action="store_true", help="show which folder includes from which")
    arguments = parser.parse_args()
    graph = Graph(arguments.root)
    if arguments.print:
        graph.print()
    problems = graph.check()
    for problem in problems:
        print(problem)
    print(f"{len(graph.uses)} folders, {len(graph.edges)} edges, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
