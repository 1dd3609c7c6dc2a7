export { languageOptions } from './languages';
