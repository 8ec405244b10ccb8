/** What the table of the page shows, the same for every rival: 50 rows, some with characters that need an escape. */
export const rows = Array.from({ length: 50 }, (_value, index) => ({
  id: index + 1,
  name: `Person ${index + 1} <first & last>`,
  email: `person${index + 1}@example.com`,
  city: index % 3 === 0 ? 'Zürich' : "Land's End",
  amount: (index * 37) % 1000,
}))
