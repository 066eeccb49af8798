/** The reporter's pages: all of them work without this; it only makes some things handier. */
import { watchExit } from "../public/exit.js";
import { addReceiptButtons } from "../public/receipt.js";

const link = /** @type {HTMLAnchorElement | null} */ (document.getElementById("leave"));
if (link) watchExit(link);

const receipt = document.getElementById("shown-receipt");
if (receipt) addReceiptButtons(receipt);
