// Builds what a .NET project serves of this one (Console.targets): installs what the lock file names, and bundles. One at a time, however many builds
// ask for it at once, and only when something has changed. What is wrong is one line.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../", import.meta.url));
const at = (...path) => join(folder, ...path);
const built = at("dist", "built");
const lock = at("dist", "lock");
const installed = at("node_modules", ".package-lock.json");

function fail(reason) {
    console.log(reason);
    process.exit(1);
}

/** A name of everything that goes into what is built. */
function fingerprint() {
    const hash = createHash("sha256");
    const files = ["src", "public", "scripts"].filter((name) => existsSync(at(name))).flatMap((name) => readdirSync(at(name), { recursive: true }).map((file) => join(name, file)));
    const beside = readdirSync(folder).filter((name) => /\.(json|ts|html)$/.test(name));
    for (const name of [...files, ...beside].sort()) if (statSync(at(name)).isFile()) hash.update(`${name}\0`).update(readFileSync(at(name))).update("\0");
    return hash.digest("hex");
}

function isAlive(id) {
    try {
        process.kill(id, 0);
        return true;
    } catch (error) {
        return error.code === "EPERM";
    }
}

/** Waits for its turn. The lock of a process that died is taken over. */
function enter() {
    mkdirSync(at("dist"), { recursive: true });
    for (;;) {
        try {
            writeFileSync(lock, String(process.pid), { flag: "wx" });
            process.on("exit", () => rmSync(lock, { force: true }));
            return;
        } catch (error) {
            if (error.code !== "EEXIST") fail(`${lock} cannot be written: ${error.code}`);
        }
        const owner = Number(readLock());
        if (owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
        else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
}

function readLock() {
    try {
        return readFileSync(lock, "utf8");
    } catch {
        return "";
    }
}

function npm(...args) {
    const { error, status, stdout, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8", shell: process.platform === "win32" });
    if (error) fail(`npm could not be started (${error.code})`);
    if (status === 0) return;
    if (process.env.CONSOLE_BUILD_OUTPUT === "all") console.log(`${stdout}${stderr}`);
    fail(`'npm ${args[0] === "run" ? args.join(" ") : args[0]}' failed`);
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node.js is ${process.versions.node}`);
enter();
const wanted = fingerprint();
const isBuilt = ["", ".br", ".gz"].every((form) => existsSync(at("dist", "inbox", `notification-inbox.js${form}`)));
if (isBuilt && existsSync(built) && readFileSync(built, "utf8") === wanted) utimesSync(built, new Date(), new Date());
else {
    rmSync(built, { force: true });
    if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(at("package-lock.json")).mtimeMs) {
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=2000");
        utimesSync(installed, new Date(), new Date());
    }
    npm("run", "bundle", "--silent");
    writeFileSync(built, wanted);
}
