export { addDemo } from './demo';
