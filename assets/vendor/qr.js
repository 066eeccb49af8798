// What portal/static/vendor/qr.js holds: the QR encoder alone, without its text renderers.
export { encode } from "uqr";
