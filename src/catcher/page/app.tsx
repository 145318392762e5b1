/** The whole page. */
export function App() {
  return <main>envoi</main>;
}
