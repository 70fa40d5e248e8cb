// Light or dark: as the address asks (?theme=dark), else as the system has it, else as the button says.

function theme(name) {
  document.documentElement.dataset.theme = name;
  const other = name === 'dark' ? 'Light' : 'Dark';
  const button = document.getElementById('theme');
  button.textContent = other;
  button.setAttribute('aria-label', `${other} colours`);
  button.onclick = () => theme(other.toLowerCase());
}

function firstTheme() {
  const asked = new URLSearchParams(location.search).get('theme');
  if (asked === 'dark' || asked === 'light') return asked;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

theme(firstTheme());

// What is folded away on the screen is on the paper.
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
