// Every page works without this file; it only adds comfort (menu on phones, character counts, show password).
import { initAll } from "./vendor/govuk-frontend.min.js";

initAll();
