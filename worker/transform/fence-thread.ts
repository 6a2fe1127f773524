/** The thread in which one text of SQL is read (fence.ts). */
import { parentPort, workerData } from "node:worker_threads";
import { judgeSql, type Question } from "./fence-rules.ts";

parentPort!.postMessage(await judgeSql(workerData as Question));
