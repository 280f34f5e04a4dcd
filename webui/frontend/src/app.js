// Every page's script. Each part only makes something quicker that works without it.
import 'htmx.org';
import './styles/app.css';
import './enhance.js';
import './ticks.js';
import './keys.js';
import './inbox.js';
