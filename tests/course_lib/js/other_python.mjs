// Runs a program in another Python, compiled for node: other_python.mjs PACKAGE FOLDER PROGRAM
// FOLDER is where it works; what it prints goes to the standard output.
import { pathToFileURL } from "node:url";

const [home, folder, program] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${home}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: `${home}/` });
python.FS.mkdir("/course");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/course");
python.runPython(`import os; os.chdir("/course")`);
python.runPython(program);
