// Runs a handler as Lambda's Node.js runtimes do: loads it, and calls it for each invocation of the Runtime API.
//
// `tests/runtimes/nodejs.toml` has the cases, each with its source. The first argument is JSON: `layers` are the folders of
// the layers, of the last one first, and `sdk` the `node_modules` in which this machine has AWS's SDK.

import fs from 'node:fs';
import http from 'node:http';
import module, { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { pathToFileURL } from 'node:url';
import { attempts, isOfTheSdk } from './resolve.mjs';

const settings = JSON.parse(process.argv[2]);
process.argv.splice(2);
const { AWS_EXECUTION_ENV, AWS_LAMBDA_LOG_LEVEL, AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
settings.version = Number(/nodejs(\d+)/.exec(AWS_EXECUTION_ENV)[1]);
/** Since this version, Lambda takes no handlers with a callback. */
const HAS_CALLBACKS = settings.version < 24;
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const require = createRequire(import.meta.url);

// ---- The log

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** Time and request id stand before each line, because the data plane writes them for every runtime. */
function patchConsole() {
    const least = Math.max(0, LEVELS.indexOf(AWS_LAMBDA_LOG_LEVEL?.toUpperCase()));
    LEVELS.forEach((level, index) => {
        console[level.toLowerCase()] =
            index < least ? () => {} : (...values) => process.stdout.write(`${level}\t${util.format(...values)}\n`);
    });
    console.log = console.info;
}

function logError(about, thrown) {
    const error = thrown instanceof Error ? thrown : new Error(thrown);
    console.error(about, formatted(error));
}

/** An error as one line. The tab before it is the runtime's own. */
function formatted(error) {
    const shown = (_, value) => {
        if (!(value instanceof Error)) return value;
        const fields = { errorType: value.name, errorMessage: value.message, code: value.code, ...value };
        return typeof value.stack === 'string' ? { ...fields, stack: value.stack.split('\n') } : fields;
    };
    try {
        return '\t' + JSON.stringify(error, shown);
    } catch {
        return '\t' + JSON.stringify(described(error));
    }
}

/** An error as Lambda gets it. */
function described(error) {
    const isError =
        util.types.isNativeError(error) ||
        [error?.name, error?.message, error?.stack].every(part => part && typeof part === 'string');
    try {
        return isError
            ? { errorType: error.name, errorMessage: error.message, trace: error.stack.split('\n') }
            : { errorType: typeof error, errorMessage: error.toString(), trace: [] };
    } catch {
        return { errorType: 'handled', errorMessage: 'the error has no readable name, message or stack' };
    }
}

/** An error of the runtime. */
class RuntimeError extends Error {
    constructor(kind, message) {
        super(message);
        Object.defineProperty(this, 'name', { value: `Runtime.${kind}` });
    }
}

class UnhandledPromiseRejection extends RuntimeError {
    constructor(reason, promise) {
        super('UnhandledPromiseRejection', reason);
        Object.assign(this, { reason, promise });
    }
}

// ---- The Runtime API

const [hostname, port] = AWS_LAMBDA_RUNTIME_API.split(':');
// A free connection does not keep the event loop alive, so `beforeExit` tells that a handler has nothing left to do.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, operation, body = '') {
    return new Promise((resolve, reject) => {
        const headers = method === 'POST' ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) } : {};
        const options = { agent, hostname, port, method, headers, path: `/2018-06-01/runtime/${operation}` };
        const request = http.request(options, response => {
            const chunks = [];
            response.on('data', chunk => chunks.push(chunk));
            response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
            response.on('error', reject);
        });
        request.on('error', reject);
        request.end(body);
    });
}

// ---- Loading

const exists = file => fs.existsSync(file);

/** Whether the nearest package.json makes an ES module of a `.js` file. */
function isModule(folder) {
    if (folder.endsWith('/node_modules')) return false;
    const file = path.join(folder, 'package.json');
    if (exists(file)) {
        try {
            return JSON.parse(fs.readFileSync(file, 'utf8'))?.type === 'module';
        } catch (error) {
            console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
            return false;
        }
    }
    return folder === path.dirname(folder) ? false : isModule(path.dirname(folder));
}

async function loadModule(root, name) {
    const file = path.resolve(LAMBDA_TASK_ROOT, root, name);
    const imported = file => import(pathToFileURL(file).href);
    if (exists(file) && fs.statSync(file).isFile()) return require(file);
    if (exists(`${file}.js`)) return isModule(path.dirname(file)) ? imported(`${file}.js`) : require(`${file}.js`);
    if (exists(`${file}.mjs`)) return imported(`${file}.mjs`);
    if (exists(`${file}.cjs`)) return require(`${file}.cjs`);
    return require(require.resolve(name, { paths: [LAMBDA_TASK_ROOT, path.resolve(LAMBDA_TASK_ROOT, root)] }));
}

async function loadHandler(name) {
    if (name.includes('..')) {
        const advice = 'Use absolute paths when specifying root directories in handler names.';
        throw new RuntimeError('MalformedHandlerName', `'${name}' is not a valid handler name. ${advice}`);
    }
    const last = path.basename(name);
    const dot = last.indexOf('.');
    if (dot < 0) throw new RuntimeError('MalformedHandlerName', 'Bad handler');
    let loaded;
    try {
        loaded = await loadModule(name.slice(0, name.indexOf(last)), last.slice(0, dot));
    } catch (error) {
        if (error instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', error);
        if (error?.code === 'MODULE_NOT_FOUND') throw new RuntimeError('ImportModuleError', error);
        throw error;
    }
    const parts = last.slice(dot + 1).split('.');
    const handler = parts.reduce((object, key) => object && object[key], loaded);
    if (!handler) throw new RuntimeError('HandlerNotFound', `${name} is undefined or not exported`);
    if (typeof handler !== 'function') throw new RuntimeError('HandlerNotFound', `${name} is not a function`);
    checkSignature(handler);
    return handler;
}

function checkSignature(handler) {
    if (handler[STREAMING]) {
        const answer = 'response streaming is not emulated: return the response, or run this function on AWS';
        throw new RuntimeError('StreamingNotEmulated', answer);
    }
    if (!HAS_CALLBACKS && handler.length >= 3) {
        throw new RuntimeError(
            'CallbackHandlerDeprecated',
            'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need ' +
                'to modify this function to use a supported handler signature to use Node.js 24 or later. For more ' +
                'information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
        );
    }
    const isSilent = process.env.AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING !== undefined;
    if (handler.length === 3 && !isAsync(handler) && !isSilent) {
        console.warn(
            'AWS Lambda plans to remove support for callback-based function handlers starting with Node.js 24. You will ' +
                'need to update this function to use an async handler to use Node.js 24 or later. To disable this warning, ' +
                'set the AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING environment variable.',
        );
    }
}

const isAsync = handler => handler.constructor?.name === 'AsyncFunction';

/** Lets modules be found where Lambda has them: in `/opt`, and AWS's SDK beside the runtime. */
function findLayersAndSdk() {
    if (settings.layers.length + settings.sdk.length === 0) return;
    // CommonJS finds the packages of layers by `NODE_PATH`.
    const resolve = module._resolveFilename;
    module._resolveFilename = function (request, parent, isMain, options) {
        if (request.startsWith('/opt/')) {
            const inLayers = settings.layers.map(layer => path.join(layer, request.slice('/opt'.length)));
            for (const file of inLayers) {
                try {
                    return resolve.call(this, file, parent, isMain, options);
                } catch (error) {
                    if (error.code !== 'MODULE_NOT_FOUND') throw error;
                }
            }
        }
        try {
            return resolve.call(this, request, parent, isMain, options);
        } catch (error) {
            if (error.code !== 'MODULE_NOT_FOUND' || !isOfTheSdk(request)) throw error;
            const paths = settings.sdk.map(folder => path.dirname(folder));
            return resolve.call(this, request, parent, isMain, { paths });
        }
    };
    if (module.registerHooks) {
        module.registerHooks({
            resolve(specifier, context, next) {
                let first;
                for (const [tried, where] of attempts(specifier, context, settings)) {
                    try {
                        return next(tried, where);
                    } catch (error) {
                        first ??= error;
                    }
                }
                throw first;
            },
        });
    } else {
        module.register?.('./resolve.mjs', import.meta.url, { data: settings });
    }
}

// ---- Invocations

/** What happens when the event loop has nothing left to do. */
let whenIdle = () => {};
/** Where an error belongs that nothing catches. */
let failure = 'init/error';

const iterate = () => setImmediate(() => invocation().catch(broken));

/** The Runtime API is gone, or this loop has a fault. */
function broken(error) {
    console.error(`Unexpected Top Level Error: ${error}`);
    process.exit(1);
}

async function end(error, status) {
    try {
        await call('POST', failure, JSON.stringify(described(error)));
    } finally {
        process.exit(status);
    }
}

let handler;

async function invocation() {
    const { headers, body } = await call('GET', 'invocation/next');
    const id = headers['lambda-runtime-aws-request-id'];
    failure = `invocation/${id}/error`;
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';

    let answered = false;
    const answer = (operation, text) => {
        answered = true;
        whenIdle = () => {};
        call('POST', `invocation/${id}/${operation}`, text).then(iterate, broken);
    };
    const fail = error => {
        if (answered) return;
        logError('Invoke Error', error);
        answer('error', JSON.stringify(described(error)));
    };
    const succeed = result => {
        if (answered) return;
        let text;
        try {
            text = JSON.stringify(result === undefined ? null : result) ?? 'null';
        } catch {
            return fail(new Error('Unable to stringify response body'));
        }
        answer('response', text);
    };
    const unsettled = () =>
        fail(
            new RuntimeError(
                'NodeJsExit',
                'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a ' +
                    'Promise that was never settled. For more information, see ' +
                    'https://nodejs.org/docs/latest/api/process.html#exit-codes',
            ),
        );

    try {
        const context = contextOf(headers);
        const event = JSON.parse(body);
        if (HAS_CALLBACKS) {
            whenIdle = isAsync(handler) ? unsettled : () => succeed(null);
            const callback = addCallbacks(context, succeed, fail);
            const returned = handler(event, context, callback);
            if (typeof returned?.then === 'function') returned.then(context.succeed, context.fail);
        } else {
            whenIdle = unsettled;
            succeed(await handler(event, context));
        }
    } catch (error) {
        fail(error);
    }
}

function contextOf(headers) {
    const parsed = text => (text === undefined ? undefined : JSON.parse(text));
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    return {
        functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
        functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
        memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
        logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
        clientContext: parsed(headers['lambda-runtime-client-context']),
        identity: parsed(headers['lambda-runtime-cognito-identity']),
        invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
        awsRequestId: headers['lambda-runtime-aws-request-id'],
        getRemainingTimeInMillis: () => deadline - Date.now(),
    };
}

/** Gives a context its ways to answer, of which the first call counts, and returns the callback. */
function addCallbacks(context, succeed, fail) {
    let called = false;
    const once = answer => (...values) => {
        if (called) return;
        called = true;
        answer(...values);
    };
    const isError = error => error !== undefined && error !== null;
    context.callbackWaitsForEmptyEventLoop = true;
    context.succeed = once(succeed);
    context.fail = once(error => fail(isError(error) ? error : 'handled'));
    context.done = once((error, result) => (isError(error) ? fail(error) : succeed(result)));
    return once((error, result) => {
        if (isError(error)) return fail(error);
        if (!context.callbackWaitsForEmptyEventLoop) return succeed(result);
        whenIdle = () => setImmediate(() => succeed(result));
    });
}

// ---- The start

patchConsole();
process.on('beforeExit', () => {
    const work = whenIdle;
    whenIdle = () => {};
    work();
});
process.on('uncaughtException', error => {
    logError('Uncaught Exception', error);
    end(error, 129);
});
process.on('unhandledRejection', (reason, promise) => {
    const error = new UnhandledPromiseRejection(reason, promise);
    logError('Unhandled Promise Rejection', error);
    end(error, 128);
});
globalThis.awslambda = {
    streamifyResponse: handler => Object.assign(handler, { [STREAMING]: 'response' }),
    HttpResponseStream: { from: stream => stream },
};
findLayersAndSdk();
try {
    handler = await loadHandler(_HANDLER);
} catch (error) {
    logError(HAS_CALLBACKS ? 'Uncaught Exception' : 'Init Error', error);
    await end(error, 129);
}
iterate();
