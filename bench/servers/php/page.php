<h1><?= htmlspecialchars($title) ?></h1>
<table>
<tr><th>Id</th><th>Name</th><th>Email</th><th>City</th><th>Amount</th></tr>
<?php foreach ($rows as $row): ?>
<tr><td><?= $row['id'] ?></td><td><?= htmlspecialchars($row['name']) ?></td><td><?= htmlspecialchars($row['email']) ?></td><td><?= htmlspecialchars($row['city']) ?></td><td><?= $row['amount'] ?></td></tr>
<?php endforeach ?>
</table>
